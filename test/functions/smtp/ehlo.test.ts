import { describe, expect, it } from 'vitest';
import { listedMechanisms, offeredMechanisms, registeredKeywords } from '../../../functions/smtp/ehlo.ts';
import { extensions } from '../../support/dialogue-parts.ts';

const read = (...keywords: readonly string[]) => extensions(...keywords).trimEnd();

describe('of an EHLO reply', () => {
  it('the keywords are kept that are registered, with parameters that can be nothing else', () => {
    const keywords = [
      ...['8BITMIME', 'size 10485760', 'SIZE', 'LIMITS RCPTMAX=50 MAILMAX=100', 'STARTTLS', 'XXXXXXXA'],
      ...['SIZE 5a7137774b78', 'LIMITS RCPTMAX=Zq7wKx', 'PIPELINING Zq7wKx', 'X-ZQ7WKX', 'Zq7wKx', 'DSN'],
    ];
    expect(registeredKeywords(read(...keywords))).toEqual([
      ...['8BITMIME', 'SIZE 10485760', 'SIZE', 'LIMITS RCPTMAX=50 MAILMAX=100', 'STARTTLS', 'XXXXXXXA'],
      ...['LIMITS', 'PIPELINING', 'DSN'],
    ]);
  });

  it('the mechanisms are kept that are registered, from both spellings of AUTH', () => {
    const reply = read('AUTH PLAIN Zq7wKx login', 'AUTH=PLAIN SCRAM-SHA3-512-PLUS ZQ7WKX', 'AUTHENTICATE X');
    expect(offeredMechanisms(reply)).toEqual(['PLAIN', 'LOGIN', 'SCRAM-SHA3-512-PLUS']);
    expect(registeredKeywords(reply)).toEqual(['AUTH PLAIN LOGIN', 'AUTH PLAIN SCRAM-SHA3-512-PLUS']);
  });

  it('it is seen that there are others', () => {
    expect(listedMechanisms(read('AUTH ZQ7WKX'))).toEqual(['ZQ7WKX']);
    expect(offeredMechanisms(read('AUTH ZQ7WKX'))).toEqual([]);
    expect(listedMechanisms(read('AUTH', '8BITMIME'))).toEqual([]);
  });
});
