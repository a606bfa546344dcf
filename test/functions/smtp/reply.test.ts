import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOTHING_HIDDEN, parseReply, ReplyReader, replyCode } from '../../../functions/smtp/reply.ts';

describe('parseReply', () => {
  it.each([
    ['235 2.7.0 Welcome', { code: 235, enhanced: '2.7.0', text: 'Welcome' }],
    ['235', { code: 235, enhanced: null, text: '' }],
    ['535 5.7.8', { code: 535, enhanced: '5.7.8', text: '' }],
    [
      '535-5.7.8 Username and\r\n535 5.7.8 password not accepted',
      { code: 535, enhanced: '5.7.8', text: 'Username and password not accepted' },
    ],
    ['535-Welcome\n535 5.7.8 bye', { code: 535, enhanced: '5.7.8', text: 'Welcome bye' }],
    ['535-5.7.8 no\n535 4.7.0 later', { code: 535, enhanced: '4.7.0', text: '…' }],
    ['250-5.7.8\tno\n250 5.10.100 x', { code: 250, enhanced: '5.7.8', text: '…' }],
    ['535 no, 5.7.8 comes first', { code: 535, enhanced: null, text: '…' }],
    ['535 5.7.8.9 no', { code: 535, enhanced: null, text: '…' }],
    ['535 3.7.8 no', { code: 535, enhanced: null, text: '…' }],
    ['535 5.7.8888 no', { code: 535, enhanced: null, text: '…' }],
    ['535 5.7.139 no', { code: 535, enhanced: '5.7.139', text: '…' }],
    ['535 5.104.117 a number that nobody assigned', { code: 535, enhanced: '5.0.0', text: '…' }],
    ['535 5.1.100 a number of three digits', { code: 535, enhanced: '5.0.0', text: '…' }],
    ['535 4.123.456 another class', { code: 535, enhanced: '4.0.0', text: '…' }],
  ])('reads %j', (raw, reply) => {
    expect(parseReply(raw, NOTHING_HIDDEN)).toEqual(reply);
    expect(replyCode(raw)).toBe(reply.code);
  });

  it.each([
    ['no code', 'hello'],
    ['nothing', ''],
    ['a code of two digits', '23 ok'],
    ['a code of four digits', '2350 ok'],
    ['a code that runs into its text', '235ok'],
    ['a space before the code', ' 235 ok'],
    ['two codes', '535-no\r\n235 ok'],
    ['two codes, the other way round', '235-ok\r\n535 no'],
    ['a line without a code', '535-no\r\nok'],
    ['a tab in the place of the space', '235\tok'],
    ['a later line whose code runs into its text', '535-no\r\n535no 123 x'],
  ])('takes %s for no reply', (_what, raw) => {
    expect(parseReply(raw, NOTHING_HIDDEN)).toBeNull();
    expect(replyCode(raw)).toBeNull();
  });

  it('never throws, and takes no code from anywhere but the beginning of every line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const reply = parseReply(raw, NOTHING_HIDDEN);
        if (reply)
          for (const line of raw.split(/\r?\n/))
            expect(line.startsWith(String(reply.code).padStart(3, '0'))).toBe(true);
      }),
    );
  });
});

describe('ReplyReader', () => {
  const MOST_OCTETS = 1000;
  /** All replies of what comes in these packets, the flaw that ended them, and what has no end yet. */
  const read = (...packets: readonly (string | Buffer)[]) => {
    const reader = new ReplyReader(MOST_OCTETS);
    const pushed = packets.map((packet) => reader.push(Buffer.from(packet)));
    return {
      replies: pushed.flatMap(({ replies }) => replies),
      flaw: pushed.find(({ flaw }) => flaw)?.flaw ?? null,
      beginning: reader.beginning,
    };
  };

  it('finds the same replies however the packets fall', () => {
    const said = '\r\n220 hello\r\n250-grüß dich\r\n250 AUTH PLAIN\r\n \r\n235\n';
    const whole = {
      replies: ['220 hello', '250-grüß dich\r\n250 AUTH PLAIN', '235'],
      flaw: null,
      beginning: '',
    };
    const octets = Buffer.from(said);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(octets.length)), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), octets.length];
        const packets = at.slice(1).map((end, index) => octets.subarray(at[index], end));
        expect(read(...packets)).toEqual(whole);
      }),
    );
  });

  it.each([
    ['has its last line still to come', '250-a\r\n', '250-a\r\n'],
    ['lacks the end of its line', '535 5.7.8 no', '535 5.7.8 no'],
    ['is a byte', '2', '2'],
  ])('takes what %s for no reply', (_what, said, beginning) => {
    expect(read(said)).toEqual({ replies: [], flaw: null, beginning });
  });

  it.each([
    ['a line without a code', '220 hi\r\nhello\r\n', 'not-smtp', ['220 hi']],
    ['a code that runs into its text', '220hi\r\n', 'not-smtp', []],
    ['a code behind something else', 'x220 hi\r\n', 'not-smtp', []],
    ['an empty line inside a reply', '250-a\r\n\r\n250 b\r\n', 'not-smtp', []],
    ['more than may come', `250 ${'x'.repeat(MOST_OCTETS)}`, 'too-long', []],
    ['nothing but empty lines without end', '\r\n'.repeat(MOST_OCTETS), 'too-long', []],
  ])('%s is a flaw, and the replies before it stay', (_what, said, flaw, replies) => {
    expect(read(said)).toMatchObject({ flaw, replies });
  });

  it('takes as much as may come', () => {
    const longest = `250 ${'x'.repeat(MOST_OCTETS - 6)}`;
    expect(read(`${longest}\r\n`)).toMatchObject({ flaw: null, replies: [longest] });
  });

  it('skips an empty line before anything else', () => {
    expect(read('\n220 hi\r\n')).toMatchObject({ flaw: null, replies: ['220 hi'] });
  });

  it('counts all that comes, though each reply is short', () => {
    expect(read(...Array.from({ length: MOST_OCTETS / 8 + 1 }, () => '250 ok\r\n')).flaw).toBe('too-long');
  });

  it.each([
    ['an alert', [21, 3, 3, 0, 2], 'tls'],
    ['a handshake', [22, 3, 1, 0, 2], 'tls'],
    ['neither of them', [23, 3, 3, 0, 11], null],
    ['no version of TLS', [22, 4, 0, 0, 11], null],
  ])('knows TLS by its first record: %s', (_what, octets, flaw) => {
    expect(read(Buffer.from(octets))).toMatchObject({ flaw, replies: [] });
    expect(read('220 hi\r\n', Buffer.from(octets)).flaw).not.toBe('tls');
  });

  it('leaves octets that are no UTF-8 as they are', () => {
    expect(read(Buffer.from('250 gr\xfc\xdfe\r\n', 'latin1')).replies).toEqual(['250 gr\u00fc\u00dfe']);
  });

  it('forgets the beginning of a reply when TLS begins', () => {
    const reader = new ReplyReader(MOST_OCTETS);
    reader.push(Buffer.from('220 go\r\n535-5.7.8 '));
    reader.clear();
    expect(reader.push(Buffer.from('250 ok\r\n'))).toEqual({ replies: ['250 ok'], flaw: null });
  });
});
