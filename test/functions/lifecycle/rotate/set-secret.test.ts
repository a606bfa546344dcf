import { describe, expect, it } from 'vitest';
import { nextLogin } from '../../../../functions/lifecycle/rotate/create-secret.ts';
import { planSet } from '../../../../functions/lifecycle/rotate/set-secret.ts';

describe('two logins that take turns', () => {
  it.each([
    [null, 'a'],
    ['a', 'b'],
    ['b', 'a'],
    ['stranger', 'a'],
  ])('after %s comes %s', (current, next) => {
    expect(nextLogin(['a', 'b'], current)).toBe(next);
  });

  it('one login is always the next', () => {
    expect(nextLogin(['a'], 'a')).toBe('a');
  });

  it('never sets the password of the login in use while there is another, nor of a stranger', () => {
    expect(planSet(['a', 'b'], 'b', 'a')).toEqual({ kind: 'set' });
    expect(planSet(['a', 'b'], 'a', 'a')).toMatchObject({
      kind: 'refuse',
      message: expect.stringMatching(/a came into use meanwhile/),
    });
    expect(planSet(['a'], 'a', 'a')).toEqual({ kind: 'set' });
    expect(planSet(['a', 'b'], 'c', 'a')).toMatchObject({
      kind: 'refuse',
      message: expect.stringMatching(/none of the provider's: a, b/),
    });
  });
});
