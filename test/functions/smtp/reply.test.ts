import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mask } from '../../../functions/observe/shown.ts';
import { NOTHING_HIDDEN, parseReply, replyCode } from '../../../functions/smtp/reply.ts';

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

describe('mask', () => {
  it.each([
    ['addresses', 'no <ada@example.com> here', 'no <[address]> here'],
    ['control characters', 'a\u0000b\tc\r\nd', 'a b c d'],
    ['characters that nobody sees', 'a\u200bb\u202ec', 'abc'],
    ['what is said after 300 characters', 'x'.repeat(400), 'x'.repeat(300)],
  ])('takes away %s', (_what, text, safe) => {
    expect(mask(text)).toBe(safe);
  });

  it('takes linear time for a line of 64 KiB', () => {
    const begun = performance.now();
    mask('a'.repeat(65_536));
    mask(`${'a@'.repeat(32_768)}`);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
