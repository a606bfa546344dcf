import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pageOf, parsePage } from '../../../functions/api/answer.ts';
import { SECRET_NAME } from '../../../functions/secrets/description.ts';

it('a next leads from one page to the following one, whatever the names', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9/_+=.@!-]{1,60}$/), {
    minLength: 2,
    maxLength: 20,
  });
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 19 }), (found, size) => {
      const limit = Math.min(size, found.length - 1);
      const { items, next } = pageOf(found, limit, (name) => name);
      expect(items).toEqual(found.slice(0, limit));
      const following = parsePage({ limit: '100', next: next ?? '' }, SECRET_NAME);
      expect(following).toEqual({ kind: 'page', limit: 100, after: items.at(-1) });
    }),
  );
});

it('the last page has no next', () => {
  expect(pageOf(['a', 'b'], 2, (name) => name)).toEqual({ items: ['a', 'b'], next: null });
  expect(pageOf([], 2, String)).toEqual({ items: [], next: null });
});

it.each(['YQ==', 'Y Q', 'YQ*', 'YR'])(
  'a next that this API never gave out is refused, though it decodes: %j',
  (next) => {
    expect(Buffer.from(next, 'base64url').toString()).toBe('a');
    expect(parsePage({ next }, SECRET_NAME)).toMatchObject({ kind: 'malformed' });
  },
);
