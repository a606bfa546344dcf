import { describe, expect, it } from 'vitest';
import { SETTLING_MS } from '../../../functions/lifecycle/lease.ts';
import { orphansIn, type ProviderState, planMint } from '../../../functions/lifecycle/reconcile.ts';
import { nextLogin, planSet } from '../../../functions/lifecycle/turns.ts';
import type { IssuedCredential } from '../../../functions/providers/provider.ts';
import type { Mint } from '../../../functions/table/items.ts';

const NOW = 1_000_000_000;
const BORN = NOW - 100_000;
const dead: Mint = { token: 'mine', startedAt: BORN, endsBy: BORN + 10_000, credentialId: null };

function credential(id: string, changes: Partial<IssuedCredential> = {}): IssuedCredential {
  return { id, name: null, active: true, createdAt: BORN, lastUsedAt: null, lastUsedBy: null, ...changes };
}

function state(changes: Partial<ProviderState>): ProviderState {
  return {
    now: NOW,
    issued: [],
    labelled: new Set(),
    mints: [dead],
    own: new Set(),
    limit: 2,
    nameOf: null,
    ...changes,
  };
}

describe('an orphan', () => {
  it('is a credential of an attempt that is over and was never closed', () => {
    expect(orphansIn(state({ issued: [credential('a')] }))).toEqual(['a']);
  });

  it.each([
    ['in a labelled version', { labelled: new Set(['a']) }],
    ['used', { issued: [credential('a', { lastUsedAt: NOW })] }],
    ['closed in the ledger', { mints: [dead, { ...dead, token: 'other', credentialId: 'a' }] }],
    ['of an attempt that may still be under way', { now: BORN + 10_000 + SETTLING_MS - 1 }],
    ['of no attempt', { mints: [] }],
    ['of a closed attempt', { mints: [{ ...dead, credentialId: 'b' }] }],
    ['made before the attempt', { issued: [credential('a', { createdAt: BORN - SETTLING_MS - 1 })] }],
    ['made after it', { issued: [credential('a', { createdAt: BORN + 10_000 + SETTLING_MS + 1 })] }],
    ['of unknown birth', { issued: [credential('a', { createdAt: null })] }],
    ['one of two that were made in its time', { issued: [credential('a'), credential('b')] }],
  ] as const)('is not one that is %s', (_why, changes) => {
    expect(orphansIn(state({ issued: [credential('a')], ...changes }))).toEqual([]);
  });

  it('may be made in the first and last moment of the attempt, and is one as soon as it has settled', () => {
    for (const createdAt of [BORN - SETTLING_MS, BORN + 10_000 + SETTLING_MS]) {
      const now = BORN + 10_000 + SETTLING_MS;
      expect(orphansIn(state({ now, issued: [credential('a', { createdAt })] }))).toEqual(['a']);
    }
  });

  it('is not proven by a birth that the provider does not tell: unknown is not 1970, even for an attempt of then', () => {
    const mints = [{ ...dead, startedAt: 0, endsBy: 10_000 }];
    expect(orphansIn(state({ mints, issued: [credential('a', { createdAt: 0 })] }))).toEqual(['a']);
    expect(orphansIn(state({ mints, issued: [credential('a', { createdAt: null })] }))).toEqual([]);
  });

  it('is known by its name where the provider keeps names, all of that name and no others', () => {
    const issued = [
      credential('a', { name: 'of mine', createdAt: null }),
      credential('b', { name: 'of mine', createdAt: null }),
      credential('c', { name: 'of hers' }),
    ];
    expect(orphansIn(state({ issued, nameOf: (token) => `of ${token}` }))).toEqual(['a', 'b']);
  });
});

describe('making room', () => {
  it('mints when orphans leave a place free, or when there is no limit', () => {
    const issued = [credential('a'), credential('b', { createdAt: 0 })];
    expect(planMint(state({ issued }))).toEqual({ kind: 'mint', orphans: ['a'] });
    expect(
      planMint(state({ issued: [...issued, credential('c', { createdAt: 1 })], limit: null })).kind,
    ).toBe('mint');
  });

  it('says of each credential whose it is when there is no place', () => {
    const issued = [credential('a'), credential('b'), credential('c')];
    const mints = [{ ...dead, credentialId: 'b' }];
    const [labelled, own] = [new Set(['a']), new Set(['a', 'b'])];
    expect(planMint(state({ issued, mints, labelled, own, limit: 3 }))).toEqual({
      kind: 'no-slot',
      message:
        'all 3 credentials of this user are taken: a (in this secret), b (ours, to be retired), c (not ours). Retire the replaced one, or remove the foreign one by hand, then rotate again',
    });
  });
});

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
