import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mask } from '../../../functions/smtp/masking.ts';
import { parseReply, replyCode } from '../../../functions/smtp/reply.ts';

describe('parseReply', () => {
  it.each([
    ['235 2.7.0 Welcome', { code: 235, enhanced: '2.7.0', text: 'Welcome' }],
    ['235', { code: 235, enhanced: null, text: '' }],
    ['535 5.7.8', { code: 535, enhanced: '5.7.8', text: '' }],
    [
      '535-5.7.8 Username and\r\n535 5.7.8 password',
      { code: 535, enhanced: '5.7.8', text: 'Username and password' },
    ],
    ['535-Sorry\n535 5.7.8 no', { code: 535, enhanced: '5.7.8', text: 'Sorry no' }],
    ['535-5.7.8 no\n535 4.7.0 later', { code: 535, enhanced: '4.7.0', text: 'no later' }],
    ['250-5.7.8\tno\n250 5.10.100 x', { code: 250, enhanced: '5.7.8', text: 'no x' }],
    ['535 no, 5.7.8 comes first', { code: 535, enhanced: null, text: 'no, 5.7.8 comes first' }],
    ['535 5.7.8.9 no', { code: 535, enhanced: null, text: '5.7.8.9 no' }],
    ['535 3.7.8 no', { code: 535, enhanced: null, text: '3.7.8 no' }],
    ['535 5.7.8888 no', { code: 535, enhanced: null, text: '5.7.8888 no' }],
  ])('reads %j', (raw, reply) => {
    expect(parseReply(raw, [])).toEqual(reply);
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
    expect(parseReply(raw, [])).toBeNull();
    expect(replyCode(raw)).toBeNull();
  });

  it('never throws, and takes no code from anywhere but the beginning of every line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const reply = parseReply(raw, []);
        if (reply)
          for (const line of raw.split(/\r?\n/))
            expect(line.startsWith(String(reply.code).padStart(3, '0'))).toBe(true);
      }),
    );
  });
});

describe('mask', () => {
  it.each([
    ['addresses', 'no <ada@example.com> here', [], 'no <[address]> here'],
    ['a password', 'wrong: hunter2!', ['hunter2!'], 'wrong: [redacted]'],
    ['a password at both ends', 'pw and pw', ['pw'], '[redacted] and [redacted]'],
    ['values that overlap', 'xabcdex', ['abc', 'cde'], 'x[redacted]x'],
    ['a value within another', 'xabcdex', ['bcd', 'abcde'], 'x[redacted]x'],
    ['values side by side', 'abcd', ['ab', 'cd'], '[redacted]'],
    [
      'an echo that is cut off',
      'AUTH PLAIN AGFkYQBodW50ZXI',
      ['AGFkYQBodW50ZXIyIQ=='],
      'AUTH PLAIN [redacted]',
    ],
    ['control characters', 'a\u0000b\tc\r\nd', [], 'a b c d'],
    ['a value that spans a line', 'x a\r\nb x', ['a b'], 'x [redacted] x'],
    ['nothing, for an empty value', 'abc', [''], 'abc'],
  ])('hides %s', (_what, text, hidden, safe) => {
    expect(mask(text, hidden)).toBe(safe);
  });

  it('leaves the wording that a verdict depends on, even if a user is called like it', () => {
    expect(mask('Too many login attempts by login', ['login', 'many'])).toBe(
      'Too many login attempts by [redacted]',
    );
  });

  it('keeps the wording that a verdict depends on when it stands beyond the cut', () => {
    const text = mask(`${'x '.repeat(400)}too many login attempts`, []);
    expect(text.length).toBeLessThan(330);
    expect(text).toMatch(/ … too many login attempts$/);
  });

  it('hides a password that begins or ends like such a wording', () => {
    expect(mask('535 no: correct horse too many logins', ['correct horse too many logins'])).toBe(
      '535 no: [redacted]',
    );
  });

  it('takes linear time for a line of 64 KiB', () => {
    const begun = performance.now();
    mask('a'.repeat(65_536), ['secret']);
    mask(`${'a@'.repeat(32_768)}`, ['secret']);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  it('never lets a hidden value of 8 characters or more through', () => {
    const secret = fc.string({ minLength: 8, unit: fc.constantFrom(...'abcXYZ0189+/=') });
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, value, after) => {
        expect(mask(`${before} ${value} ${after}`, [value])).not.toContain(value);
      }),
    );
  });
});
