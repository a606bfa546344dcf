import { describe, expect, it } from 'vitest';
import {
  ehloKeywords,
  hidesStarttls,
  listedMechanisms,
  registeredMechanisms,
} from '../../../functions/smtp/ehlo.ts';
import { extensions } from '../../support/dialogue-parts.ts';

const read = (...keywords: readonly string[]) => ehloKeywords(extensions(...keywords).trimEnd());

describe('of an EHLO reply', () => {
  it.each(['XXXXXXXA', 'XXXXXXXX'])(
    'a STARTTLS that a firewall has overwritten with %s is seen',
    (keyword) => {
      expect(hidesStarttls(read('8BITMIME', keyword))).toBe(true);
    },
  );

  it.each(['STARTTLS', 'X-EXPS', 'XCLIENT', 'SIZE XXXXXXXA', 'XXXXXXXAX'])('%s hides nothing', (keyword) => {
    expect(hidesStarttls(read(keyword))).toBe(false);
  });

  it('the mechanisms are kept that are registered, from both spellings of AUTH', () => {
    const keywords = read(
      'AUTH PLAIN Zq7wKx login',
      'AUTH=PLAIN SCRAM-SHA3-512-PLUS ZQ7WKX',
      'AUTHENTICATE X',
    );
    const mechanisms = registeredMechanisms(listedMechanisms(keywords));
    expect(mechanisms).toEqual(['PLAIN', 'LOGIN', 'SCRAM-SHA3-512-PLUS']);
  });

  it('it is seen that there are others', () => {
    expect(listedMechanisms(read('AUTH ZQ7WKX'))).toEqual(['ZQ7WKX']);
    expect(registeredMechanisms(['ZQ7WKX'])).toEqual([]);
    expect(listedMechanisms(read('AUTH', '8BITMIME'))).toEqual([]);
  });
});
