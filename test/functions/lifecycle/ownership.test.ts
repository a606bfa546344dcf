import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SETTLING_MS } from '../../../functions/lifecycle/lease.ts';
import {
  attemptsBy,
  claimOf,
  type IssuerState,
  isForeign,
  mintName,
  nameOf,
  orphansIn,
  ownershipIn,
  ownerTrouble,
  ownIn,
  whoseIs,
} from '../../../functions/lifecycle/ownership.ts';
import type { Snapshot, Version } from '../../../functions/lifecycle/snapshot.ts';
import type { IssuedCredential } from '../../../functions/providers/provider.ts';
import type { Mint } from '../../../functions/table/items.ts';
import { arnOf } from '../../support/aws/secrets-manager.ts';
import { issuing, SECRET, snapshot, version } from './snapshots.ts';

const ARN = arnOf('keyturn/orders');
const TOKEN = '11111111-2222-3333-4444-555555555555';
const named = { keepsNames: true, nameLimit: 100 };
const unnamed = { keepsNames: false, nameLimit: null };
const mint: Mint = { token: TOKEN, startedAt: 1, endsBy: 2, credentialId: 'minted' };

function issued(id: string, name: string | null = null): IssuedCredential {
  return { id, name, active: true, createdAt: null, lastUsedAt: null, lastUsedBy: null };
}

const own = (
  credentials: readonly IssuedCredential[],
  { provider = named, stages = {}, labelled = [] as string[], mints = [] as Mint[], arn = ARN } = {},
) => [...ownIn(credentials, claimOf(provider, { arn, stages }, labelled, mints))];

describe('the name of a mint', () => {
  it('is made of the secret, and of a proof that only its ARN and token make', () => {
    expect(mintName(ARN, TOKEN, 100)).toMatch(/^keyturn\/keyturn\/orders\/[0-9a-f]{24}$/);
  });

  it('is another one for each ARN and token, and the same for the same, however short the provider cuts it', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9/_+=.@!-]{1,512}$/);
    const region = fc.constantFrom('us-east-1', 'eu-west-1');
    const secret = fc.tuple(name, region, fc.uuid());
    fc.assert(
      fc.property(secret, secret, fc.integer({ min: 40, max: 100 }), (one, other, limit) => {
        const [a, b] = [one, other].map(([base, place, token]) => mintName(arnOf(base, place), token, limit));
        expect(a?.length).toBeLessThanOrEqual(limit);
        expect(a === b).toBe(one.join() === other.join());
        const again = mintName(arnOf(one[0], one[1]), one[2], limit);
        expect(again).toBe(a);
      }),
    );
  });
});

describe('a credential of a provider that keeps names', () => {
  const name = mintName(ARN, TOKEN, 100);

  it('is ours by the name that our ARN and a token of the ledger, or a labelled version, make', () => {
    expect(own([issued('a', name), issued('b', 'by hand')], { mints: [mint] })).toEqual(['a']);
    expect(own([issued('a', name)], { stages: { [TOKEN]: ['AWSPREVIOUS'] } })).toEqual(['a']);
  });

  it.each([
    ['its id stands in a version', issued('foreign', 'by hand'), { labelled: ['foreign'] }],
    ['its id stands in the ledger', issued('minted', 'by hand'), { mints: [mint] }],
    ['it has no name', issued('minted'), { labelled: ['minted'], mints: [mint] }],
    ['its name was made for another token', issued('a', mintName(ARN, 'other', 100)), { mints: [mint] }],
    [
      'its name was made for the secret of the same name in another region',
      issued('a', mintName(arnOf('keyturn/orders', 'eu-west-1'), TOKEN, 100)),
      { mints: [mint] },
    ],
    [
      'its name was made for the secret of the same name in another account',
      issued('a', mintName(ARN.replace('123456789012', '210987654321'), TOKEN, 100)),
      { mints: [mint] },
    ],
    [
      'its name was made for a secret that had this name before',
      issued('a', mintName(ARN.replace('AbCdEf', 'GhIjKl'), TOKEN, 100)),
      { mints: [mint] },
    ],
    [
      'it is named as an earlier version of Keyturn did',
      issued('a', `keyturn/keyturn/orders/${TOKEN}`),
      { mints: [mint] },
    ],
  ])('is not ours because %s', (_why, credential, claim) => {
    expect(own([credential], claim)).toEqual([]);
  });

  it('never is one that is not in the list of the provider', () => {
    expect(own([], { labelled: ['a'], mints: [mint], stages: { [TOKEN]: ['AWSCURRENT'] } })).toEqual([]);
  });

  it('is of the attempt whose token made its name', () => {
    const claim = claimOf(named, { arn: ARN, stages: {} }, [], [mint]);
    expect([issued('x', name), issued('minted', 'by hand')].map(attemptsBy(claim))).toEqual([
      mint,
      undefined,
    ]);
  });
});

describe('a credential of a provider whose user is the tagged property of one secret', () => {
  it('is ours when the secret held it, or the ledger saw it made', () => {
    const credentials = [issued('held'), issued('minted'), issued('by hand')];
    const claim = { provider: unnamed, labelled: ['held'], mints: [mint] };
    expect(own(credentials, claim as never)).toEqual(['held', 'minted']);
  });

  it('is of the attempt that the ledger closed with its id', () => {
    const claim = claimOf(unnamed, { arn: ARN, stages: {} }, [], [mint]);
    expect([issued('minted'), issued('other')].map(attemptsBy(claim))).toEqual([mint, undefined]);
  });
});

const NOW = 1_000_000_000;
const BORN = NOW - 100_000;
const dead: Mint = { token: 'mine', startedAt: BORN, endsBy: BORN + 10_000, credentialId: null };

function credential(id: string, changes: Partial<IssuedCredential> = {}): IssuedCredential {
  return { id, name: null, active: true, createdAt: BORN, lastUsedAt: null, lastUsedBy: null, ...changes };
}

function state(changes: Partial<IssuerState>): IssuerState {
  return { now: NOW, issued: [], labelled: new Set(), mints: [dead], nameOf: null, ...changes };
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

describe('the credential of a version that never was current', () => {
  const pending = version('next', ['AWSPENDING'], { versionId: TOKEN });
  const own = { ...mint, credentialId: 'next' };
  const of = (changes: Partial<Snapshot>, one: Version = pending) =>
    whoseIs(one, snapshot({ secret: { ...SECRET, arn: ARN }, mints: [own], ...changes }));
  const named = (name: string) =>
    issuing([issued('next', name)], { keepsNames: true, nameLimit: 100, limit: null });

  it('is ours when the ledger saw it made for this token', () => {
    expect(of({})).toBe('ours');
    expect(of({ mints: [{ ...own, credentialId: null }] })).toBe('ours');
    expect(of({ issuer: { kind: 'manual' }, mints: [] })).toBe('ours');
    expect(of({ issuer: named(mintName(ARN, TOKEN, 100)) })).toBe('ours');
    expect(of({ issuer: { kind: 'setting', logins: ['next'] } })).toBe('ours');
  });

  it.each<[string, Partial<Snapshot>]>([
    ['the ledger knows nothing of', { mints: [] }],
    ['the ledger knows as another one', { mints: [{ ...own, credentialId: 'other' }] }],
    ['nothing can have been made for', { mints: [{ ...own, startedAt: 0, credentialId: null }] }],
    ['the provider has under another name', { issuer: named('by hand') }],
    ['is none of the logins', { issuer: { kind: 'setting', logins: ['other'] } }],
    ['belongs to a provider that is not ours', { issuer: { kind: 'not-owner', message: '' } }],
    ['belongs to a provider that does not answer', { issuer: { kind: 'unreachable', message: '' } }],
  ])('cannot be proven to be ours when it is one that %s', (_why, changes) => {
    expect(of(changes)).toBe('not-provable');
  });

  it('is none of the logins when somebody wrote one login under the id of another', () => {
    const issuer = { kind: 'setting', logins: ['next'] } as const;
    expect(of({ issuer }, { ...pending, username: 'victim' })).toBe('not-provable');
  });

  it('is nobody`s when there is none, or none any more under its name', () => {
    expect(of({}, version(null, ['AWSPENDING']))).toBe('nobody');
    expect(of({ issuer: issuing([], { keepsNames: true, nameLimit: 100 }) })).toBe('nobody');
  });
});

describe("a provider's user or application", () => {
  it.each([
    ['this secret', { kind: 'tagged', secretArn: ARN }],
    ['many', { kind: 'shared' }],
  ] as const)('is no trouble when it belongs to %s', (_whom, owner) => {
    expect(ownerTrouble(owner, ARN)).toBeNull();
  });

  it.each([
    ['another secret', arnOf('other'), arnOf('other')],
    ['none', null, 'no secret'],
  ])('is when it belongs to %s: says to whom, and how to put it right', (_whom, secretArn, whose) => {
    expect(ownerTrouble({ kind: 'tagged', secretArn }, ARN)).toBe(
      `the provider's user or application belongs to ${whose}, expected ${ARN}: if it is this secret's, tag it with keyturn:secret=${ARN}`,
    );
  });
});

describe('whose a credential is', () => {
  it('is not told by the attempt of another token, nor by another credential under the right name', () => {
    const other = { ...mint, token: 'other', credentialId: 'another' };
    const one = version('minted', ['AWSPENDING'], { versionId: TOKEN });
    const seen = snapshot({ issuer: issuing([issued('minted')]), mints: [other, mint] });
    expect(whoseIs(one, seen)).toBe('ours');
    const list = [issued('another', 'by hand'), issued('minted', mintName(SECRET.arn, TOKEN, 100))];
    expect(whoseIs(one, snapshot({ issuer: issuing(list, named), mints: [mint] }))).toBe('ours');
  });

  it('is nobody knows, of a set login without a name', () => {
    const one = version('minted', ['AWSPENDING'], { versionId: TOKEN, username: null });
    const issuer = { kind: 'setting', logins: ['a', 'b'] } as const;
    expect(whoseIs(one, snapshot({ issuer, mints: [mint] }))).toBe('not-provable');
  });

  it('is asked of issued ones only', () => {
    const nothing = { own: new Set(), orphans: new Set(), attempts: new Map() };
    expect(ownershipIn(snapshot({ issuer: { kind: 'setting', logins: ['a'] } }))).toEqual(nothing);
  });

  it.each([
    ['one that is there and not ours', 'foreign', issuing([issued('new'), issued('foreign')]), true],
    ['one of ours', 'new', issuing([issued('new'), issued('foreign')]), false],
    ['one that is not there', 'gone', issuing([issued('new')]), false],
    ['none', null, issuing([issued('new')]), false],
    ['a set login', 'foreign', { kind: 'setting', logins: ['foreign'] } as const, false],
  ])("is somebody else's, of %s: %#", (_which, id, issuer, foreign) => {
    expect(isForeign(id, { issuer, own: new Set(['new']), orphans: new Set(), attempts: new Map() })).toBe(
      foreign,
    );
  });
});

it('a name is cut to what its provider takes', () => {
  const arn = arnOf('a'.repeat(200));
  expect(nameOf({ keepsNames: true, nameLimit: 50 }, arn)?.(TOKEN)).toHaveLength(50);
  expect(nameOf({ keepsNames: true, nameLimit: null }, arn)?.(TOKEN)).toHaveLength(233);
});
