import { createHash } from 'node:crypto';
import { SECRET_TAG } from '../observe/names.ts';
import type { IssuedCredential, IssuingProvider, Owner } from '../providers/provider.ts';
import { type SecretDescription, secretNameOf } from '../secrets/description.ts';

import type { Mint } from '../table/items.ts';
import { endOf, SETTLING_MS } from './lease.ts';
import type { Snapshot, Version } from './snapshot.ts';

/** Null: the provider's user or application belongs to this secret, or there is none that could belong to one. */
export function ownerTrouble(owner: Owner, secretArn: string): string | null {
  if (owner.kind === 'shared' || owner.secretArn === secretArn) return null;
  const whose = owner.secretArn === null ? 'no secret' : owner.secretArn;
  return (
    `the provider's user or application belongs to ${whose}, expected ${secretArn}: ` +
    `if it is this secret's, tag it with ${SECRET_TAG}=${secretArn}`
  );
}

/** Whose the credentials at an issuing provider are, by their ids. */
export interface Ownership {
  /** Those that are provably this secret's (`ownIn`); nothing else is touched. */
  readonly own: ReadonlySet<string>;
  /** Those of them whose password was lost in a crash (`orphansIn`). */
  readonly orphans: ReadonlySet<string>;
  /** The attempt of which each is, where it is known. */
  readonly attempts: ReadonlyMap<string, Mint>;
}

const NOTHING: Ownership = { own: new Set(), orphans: new Set(), attempts: new Map() };

export function ownershipIn(
  snapshot: Pick<Snapshot, 'now' | 'secret' | 'versions' | 'issuer' | 'mints'>,
): Ownership {
  const { now, secret, versions, issuer, mints } = snapshot;
  if (issuer.kind !== 'issuing') return NOTHING;
  // Stryker disable next-line ArrayDeclaration: no credential has the id that would be put in
  const labelled = versions.flatMap(({ id }) => id ?? []);
  const claim = claimOf(issuer, secret, labelled, mints);
  const attemptOf = attemptsBy(claim);
  return {
    own: ownIn(issuer.issued, claim),
    orphans: new Set(orphansIn({ ...claim, now, issued: issuer.issued })),
    attempts: new Map(
      issuer.issued.flatMap((one): [string, Mint][] => {
        const mint = attemptOf(one);
        return mint ? [[one.id, mint]] : [];
      }),
    ),
  };
}

/** Of the credential of a version that never was current: made for its token, gone at the provider, or what only a person can tell. */
export function whoseIs(
  { versionId, id, username }: Version,
  { issuer, mints, secret }: Pick<Snapshot, 'issuer' | 'mints' | 'secret'>,
): 'ours' | 'nobody' | 'not-provable' {
  if (id === null) return 'nobody';
  if (issuer.kind === 'manual') return 'ours';
  const mint = mints.find(({ token }) => token === versionId);
  if (!mint || !isOfAttempt(id, mint)) return 'not-provable';
  // Stryker disable next-line StringLiteral: no login is called like either
  if (issuer.kind === 'setting') return issuer.logins.includes(username ?? '') ? 'ours' : 'not-provable';
  if (issuer.kind !== 'issuing') return 'not-provable';
  const nameFor = nameOf(issuer, secret.arn);
  if (nameFor === null) return 'ours';
  // Whoever may write the secret chose the id; the provider's list says what is behind it.
  const issued = issuer.issued.find((one) => one.id === id);
  if (issued === undefined) return 'nobody';
  return issued.name === nameFor(versionId) ? 'ours' : 'not-provable';
}

/** As far as the ledger knows. */
function isOfAttempt(id: string, { startedAt, credentialId }: Mint): boolean {
  return credentialId === null ? startedAt > 0 : credentialId === id;
}

const PREFIX = 'keyturn';
/** Enough of SHA-256 that no two names of one account meet, and that none can be made on purpose: 96 bits. */
const PROOF_LENGTH = 24;

/**
 * The name of a new credential: `keyturn/<secret>/<proof>`. The proof is a hash of the secret's full ARN and the
 * ClientRequestToken, so two secrets of one name in two regions never have a credential in common. What is too long for
 * the provider is cut out of the secret's name, never out of the proof.
 */
export function mintName(secretArn: string, token: string, limit: number): string {
  const proof = createHash('sha256').update(`${secretArn}\0${token}`).digest('hex').slice(0, PROOF_LENGTH);
  const room = limit - PREFIX.length - PROOF_LENGTH - 2;
  return `${PREFIX}/${secretNameOf(secretArn).slice(0, room)}/${proof}`;
}

/** For providers that keep names: how each token's credential is called. */
export function nameOf(
  { keepsNames, nameLimit }: Pick<IssuingProvider, 'keepsNames' | 'nameLimit'>,
  secretArn: string,
): ((token: string) => string) | null {
  return keepsNames ? (token) => mintName(secretArn, token, nameLimit ?? Number.POSITIVE_INFINITY) : null;
}

/** By what a secret claims credentials of an issuer that belongs to it (`ownerTrouble`), or to many. */
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
  // Stryker disable next-line ConditionalExpression: null is no name among them
  return ({ name }: IssuedCredential) => name !== null && names.has(name);
}

function byId({ labelled, mints }: Claim) {
  const minted = new Set(mints.map(({ credentialId }) => credentialId));
  return ({ id }: IssuedCredential) => labelled.has(id) || minted.has(id);
}

/** Finds the attempt of which a credential is, as far as the ledger and the provider's list know. */
export function attemptsBy({ nameOf, mints }: Claim): (credential: IssuedCredential) => Mint | undefined {
  const known = new Map(mints.map((mint) => [nameOf ? nameOf(mint.token) : mint.credentialId, mint]));
  // Stryker disable next-line StringLiteral: no attempt has either name
  return ({ id, name }) => known.get(nameOf ? (name ?? '') : id);
}

export interface IssuerState extends Pick<Claim, 'labelled' | 'mints' | 'nameOf'> {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly issued: readonly IssuedCredential[];
}

/**
 * Credentials whose password was lost in a crash: in no labelled version, never used, and provably ours, that is of an
 * attempt that the ledger opened and never closed, and that cannot be under way any more.
 */
export function orphansIn({ issued, labelled, mints, now, nameOf }: IssuerState): readonly string[] {
  const closed = new Set(mints.map(({ credentialId }) => credentialId));
  const unowned = issued.filter(
    ({ id, lastUsedAt }) => !labelled.has(id) && !closed.has(id) && lastUsedAt === null,
  );
  const dead = mints.filter((mint) => mint.credentialId === null && endOf(mint) <= now);
  const orphans = dead.flatMap((mint) => (nameOf ? named(nameOf(mint.token), unowned) : born(mint, unowned)));
  return orphans.map(({ id }) => id);
}

function named(name: string, unowned: readonly IssuedCredential[]): readonly IssuedCredential[] {
  return unowned.filter((credential) => credential.name === name);
}

/** One attempt makes one credential at most: of two that were made in its time, neither is proven to be it. */
function born(
  { startedAt, endsBy }: Mint,
  unowned: readonly IssuedCredential[],
): readonly IssuedCredential[] {
  const candidates = unowned.filter(
    ({ createdAt }) =>
      createdAt !== null && createdAt >= startedAt - SETTLING_MS && createdAt <= endsBy + SETTLING_MS,
  );
  return candidates.length === 1 ? candidates : [];
}

/** Whether the provider has a credential under this id that is not provably this secret's. */
export function isForeign(id: string | null, { issuer, own }: Pick<Snapshot, 'issuer'> & Ownership): boolean {
  // Stryker disable next-line StringLiteral: no credential has either id
  return issuer.kind === 'issuing' && !own.has(id ?? '') && issuer.issued.some((one) => one.id === id);
}
