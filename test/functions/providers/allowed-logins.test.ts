import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loginRefusal, scopeOf } from '../../../functions/providers/allowed-logins.ts';

const TWO = ['*-a@mg.example.com', '*-b@mg.example.com'];

/** Why the secret may not use the login; null when it may. */
function refusal(tag: string, secretName: string, patterns: readonly string[], login: string): string | null {
  const scope = scopeOf(tag, secretName);
  return scope ? loginRefusal(login, patterns, scope) : 'not served';
}

describe('the logins that an administrator allows', () => {
  test.each([
    ['keyturn/', 'keyturn/orders', TWO, 'orders-a@mg.example.com'],
    ['keyturn/', 'keyturn/orders', TWO, 'orders-b@mg.example.com'],
    ['keyturn/', 'keyturn/shop/orders', TWO, 'shop/orders-a@mg.example.com'],
    ['keyturn/orders', 'keyturn/orders', TWO, 'orders-a@mg.example.com'],
    ['keyturn/orders', 'keyturn/orders', ['billing@example.com'], 'billing@example.com'],
    ['keyturn/', 'keyturn/a$&b', ['x*'], 'xa$&b'],
  ])('tag %s: %s may have, by %j, the login %s', (tag, name, patterns, login) => {
    expect(refusal(tag, name, patterns, login)).toBeNull();
  });

  test.each([
    ['another secret', 'invoices-a@mg.example.com'],
    ['another secret whose name begins alike', 'orders-old-a@mg.example.com'],
    ['nobody, by its pattern', '*-a@mg.example.com'],
    ['another domain', 'orders-a@example.com'],
    ['the same in upper case', 'ORDERS-a@mg.example.com'],
    ['the same with a space', 'orders-a@mg.example.com '],
    ['the whole name', 'keyturn/orders-a@mg.example.com'],
  ])('not the login of %s', (_whose, login) => {
    expect(refusal('keyturn/', 'keyturn/orders', TWO, login)).toContain('does not allow this login');
    expect(refusal('keyturn/orders', 'keyturn/orders', TWO, login)).toContain('does not allow this login');
  });

  test.each([
    ['a login that all would share', ['orders@example.com'], 'would belong to all of them'],
    ['one among others that all would share', [...TWO, 'orders@example.com'], 'would belong to all of them'],
    ['logins that meet: x-a of `x` is that of `x-a`, too', ['*', '*-a'], 'could be the same login'],
    ['logins that meet in the middle', ['a*', '*b'], 'could be the same login'],
    ['logins that differ in case only', ['A*', 'a*x'], 'could be the same login'],
  ])('for several secrets an admin secret may not name %s', (_what, patterns, says) => {
    for (const login of ['orders@example.com', 'orders', 'aorders']) {
      expect(refusal('keyturn/', 'keyturn/orders', patterns, login)).toContain(says);
    }
  });

  test('a name in upper case is not told apart from one in lower case by every server: it needs one of its own', () => {
    expect(refusal('keyturn/', 'keyturn/Orders', TWO, 'Orders-a@mg.example.com')).toContain('upper case');
    expect(refusal('keyturn/Orders', 'keyturn/Orders', TWO, 'Orders-a@mg.example.com')).toBeNull();
  });

  test('a refusal names no login of anybody else', () => {
    const refused = refusal(
      'keyturn/orders',
      'keyturn/orders',
      ['the-other@example.com'],
      'mine@example.com',
    );
    expect(refused).not.toMatch(/example\.com/);
  });

  test('two secrets that one admin secret serves never have a login in common, whatever their names and its patterns', () => {
    // Few characters, so that names and patterns meet whenever they can.
    const word = (most: number) => fc.string({ unit: fc.constantFrom('a', 'B', '/', '-'), maxLength: most });
    const name = word(4).filter((own) => own !== '');
    const pattern = fc.tuple(word(2), word(2)).map(([begin, end]) => `${begin}*${end}`);
    const logins = (patterns: string[], own: string) =>
      patterns
        .map((one) => one.replace('*', () => own))
        .filter((login) => refusal('keyturn/', `keyturn/${own}`, patterns, login) === null)
        .map((login) => login.toLowerCase());
    let shared = 0;
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), name, name, (patterns, one, other) => {
        fc.pre(one !== other);
        const [ones, others] = [logins(patterns, one), logins(patterns, other)];
        if (ones.length > 0 && others.length > 0) shared += 1;
        expect(ones.filter((login) => others.includes(login))).toEqual([]);
      }),
      { numRuns: 5000 },
    );
    expect(shared).toBeGreaterThan(100);
  });
});
