import prepare from '@mongodb-js/saslprep';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountName } from '../../../functions/budget/spelling.ts';

describe('one account is one, written as', () => {
  it.each([
    [
      'orders@example.com',
      [
        'Orders@Example.COM',
        'ORDERS@EXAMPLE.COM',
        ' orders@example.com',
        'orders@example.com ',
        '\torders@example.com\r\n',
        'orders @ example.com',
        'orders@example.com.',
        'ｏｒｄｅｒｓ@example.com',
        'orders＠example.com',
        'ord\u00aders@example.com',
        'ord\u1806ers@example.com',
        'orders\u200d@example.com',
        '\ufefforders@example.com',
        'orders@example.com\u00a0',
        '\u3000orders@example.com',
        'orderſ@example.com',
      ],
    ],
    ['jürgen@example.com', ['ju\u0308rgen@example.com', 'JÜRGEN@example.com', 'JU\u0308RGEN@EXAMPLE.com']],
    ['ada@bücher.example', ['ada@xn--bcher-kva.example', 'ada@BÜCHER.example', 'ada@bu\u0308cher.example']],
    ['IX', ['\u2168', 'I\u00adX', 'ix', 'ⅸ']],
    ['straße', ['strasse', 'STRASSE', 'STRAẞE']],
    ['οδοσ', ['ΟΔΟΣ', 'οδος']],
    ['first last', ['first\u00a0last', 'First\u2003Last', 'first\u200blast']],
    ['orders', ['EXAMPLE\\orders', 'orders@', 'orders@ ', 'Example\\ORDERS']],
  ])('%j', (name, others) => {
    expect(others.map(accountName)).toEqual(others.map(() => accountName(name)));
  });

  it('a bare name is the local part of every full one, and equal to none', () => {
    const bare = accountName('Orders');
    expect(bare.full).toBe(bare.local);
    for (const full of ['orders@example.com', ' ORDERS@example.org'].map(accountName)) {
      expect(full.local).toBe(bare.full);
      expect(full.full).not.toBe(bare.full);
    }
  });

  it('names with other domains, sub-addresses and local parts are other accounts', () => {
    const names = [
      'orders@a.example',
      'orders@b.example',
      'orders+eu@a.example',
      'o.rders@a.example',
      'orders',
    ];
    expect(new Set(names.map((name) => accountName(name).full)).size).toBe(names.length);
  });

  const unit = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom('a', 'B', '@', '.', ' ', '\\', 'é', 'ß', 'Σ', 'İ', '\u00ad', '\u00a0'),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
  );
  const names = fc.array(unit, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));

  it('what SASLprep makes of a name (RFC 4013), wherever it makes something of it', () => {
    let prepared = 0;
    fc.assert(
      fc.property(names, (name) => {
        const by4013 = saslPrepOf(name);
        if (by4013 === null) return;
        prepared += by4013 === name ? 0 : 1;
        expect(accountName(by4013)).toEqual(accountName(name));
      }),
      { numRuns: 2000 },
    );
    expect(prepared).toBeGreaterThan(100);
  });

  it('any of its normal forms, in capitals, in small letters, or with space around it', () => {
    fc.assert(
      fc.property(names, (name) => {
        const account = accountName(name);
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const)
          expect(accountName(name.normalize(form))).toEqual(account);
        for (const same of [name.toLowerCase(), ` ${name}\t`, `${name}\u200d`])
          expect(accountName(same)).toEqual(account);
      }),
      { numRuns: 2000 },
    );
  });
});

function saslPrepOf(name: string): string | null {
  try {
    return prepare(name);
  } catch {
    return null;
  }
}
