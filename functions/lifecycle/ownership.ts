import type { IssuedCredential, IssuingProvider } from '../providers/provider.ts';
import type { SecretDescription } from '../secrets/secret-reader.ts';
import type { Mint } from '../table/items.ts';
import { mintName } from './mint-name.ts';

/** For providers that keep names: how each token's credential is called. */
export function nameOf(
  { keepsNames, nameLimit }: Pick<IssuingProvider, 'keepsNames' | 'nameLimit'>,
  secretArn: string,
): ((token: string) => string) | null {
  return keepsNames ? (token) => mintName(secretArn, token, nameLimit ?? Number.POSITIVE_INFINITY) : null;
}

/** By what a secret claims credentials of an issuer that belongs to it (`ownershipTrouble`), or to many. */
export interface Claim {
  /** Null: the provider keeps no names. */
  readonly nameOf: ((token: string) => string) | null;
  /** Ids of the versions that carry labels: each was some rotation's token. */
  readonly versionIds: readonly string[];
  /** Ids of credentials in those versions. */
  readonly labelled: ReadonlySet<string>;
  readonly mints: readonly Mint[];
}

/** `labelled`: ids of the credentials in versions that carry labels. */
export function claimOf(
  provider: Pick<IssuingProvider, 'keepsNames' | 'nameLimit'>,
  { arn, stages }: Pick<SecretDescription, 'arn' | 'stages'>,
  labelled: readonly string[],
  mints: readonly Mint[],
): Claim {
  const versionIds = Object.keys(stages);
  return { nameOf: nameOf(provider, arn), versionIds, labelled: new Set(labelled), mints };
}

/**
 * The ids of those credentials that are provably of this secret: in the provider's own list, under a name that is made of
 * its ARN and one of its tokens. An id in a version proves nothing, since whoever may write the secret chooses it. Where
 * there are no names the provider's user is this secret's alone: then what the secret held, or the ledger saw made, is its.
 */
export function ownIn(issued: readonly IssuedCredential[], claim: Claim): ReadonlySet<string> {
  const isOwn = claim.nameOf ? byName(claim.nameOf, claim) : byId(claim);
  return new Set(issued.filter(isOwn).map(({ id }) => id));
}

function byName(nameOf: (token: string) => string, { versionIds, mints }: Claim) {
  const names = new Set([...versionIds, ...mints.map(({ token }) => token)].map(nameOf));
  return ({ name }: IssuedCredential) => name !== null && names.has(name);
}

function byId({ labelled, mints }: Claim) {
  const minted = new Set(mints.map(({ credentialId }) => credentialId));
  return ({ id }: IssuedCredential) => labelled.has(id) || minted.has(id);
}

/** Finds the attempt of which a credential is, as far as the ledger and the provider's list know. */
export function attemptsBy({ nameOf, mints }: Claim): (credential: IssuedCredential) => Mint | undefined {
  const known = new Map(mints.map((mint) => [nameOf ? nameOf(mint.token) : mint.credentialId, mint]));
  return ({ id, name }) => known.get(nameOf ? (name ?? '') : id);
}
