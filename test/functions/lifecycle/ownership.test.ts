import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mintName } from '../../../functions/lifecycle/mint-name.ts';
import { attemptsBy, claimOf, ownIn } from '../../../functions/lifecycle/ownership.ts';
import type { IssuedCredential } from '../../../functions/providers/provider.ts';
import type { Mint } from '../../../functions/table/items.ts';
import { arnOf } from '../../support/aws/secrets-manager.ts';

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
