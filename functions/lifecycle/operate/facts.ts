import type { IssuedCredential } from '../../providers/provider.ts';
import type { SecretDescription } from '../../secrets/secret-reader.ts';
import type { Deactivation, Mint } from '../../table/items.ts';
import { QUARANTINED } from './operation.ts';
import type { VersionEndpoints } from './version-endpoints.ts';

/** A version with labels. `content` says what its value is; `id` is what its provider calls the credential in it. */
export interface Version {
  readonly versionId: string;
  readonly labels: readonly string[];
  readonly content: 'credential' | 'seed' | 'malformed' | 'empty';
  readonly id: string | null;
}

/** What issues the credential of a secret, as far as an operation has to tell them apart. */
export type Issuer =
  | {
      readonly kind: 'issuing';
      readonly issued: readonly IssuedCredential[];
      readonly limit: number | null;
      readonly reversible: boolean;
      /** Whether its list says by name whose each credential is. */
      readonly keepsNames: boolean;
      /** Ids of those that are provably this secret's (lifecycle/ownership.ts); nothing else is touched. */
      readonly own: ReadonlySet<string>;
      /** Proven to be lost ones of this secret. */
      readonly orphans: readonly string[];
    }
  | { readonly kind: 'setting'; readonly logins: readonly string[] }
  | { readonly kind: 'manual' }
  /** The secret names none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'not-owner'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };

/** All that a decision may look at; times in milliseconds since 1970. Nothing in it is secret. */
export interface Facts {
  readonly now: number;
  readonly secret: SecretDescription;
  readonly versions: readonly Version[];
  readonly issuer: Issuer;
  readonly mints: readonly Mint[];
  readonly deactivations: readonly Deactivation[];
  /** By version id; versions without an endpoint are not among them. */
  readonly endpoints: ReadonlyMap<string, VersionEndpoints>;
}

/** Why no password may go where this version says; null when it may. */
export function endpointRefusal(version: Version | undefined, { endpoints }: Facts): string | null {
  const refusal = endpoints.get(version?.versionId ?? '')?.refusal;
  return refusal ? `${refusal.state} ${refusal.nextAction}` : null;
}

export function labelled(label: string, { versions }: Pick<Facts, 'versions'>): Version | undefined {
  return versions.find(({ labels }) => labels.includes(label));
}

/** AWSPENDING on a version that is not the current one; on the current one it means nothing. */
export function pendingIn(facts: Pick<Facts, 'versions'>): Version | undefined {
  const pending = labelled('AWSPENDING', facts);
  return pending?.labels.includes('AWSCURRENT') ? undefined : pending;
}

/** A rotation without a sign of life for so long (ms) is not under way: the rotation function ends after 5 minutes. */
const QUIET_MS = 20 * 60_000;

/** When a rotation that left this pending version is no longer under way, unless it shows a sign of life. */
export function quietFrom({ versionId }: Version, { mints, secret }: Facts): number {
  const startedAt = mints.find(({ token }) => token === versionId)?.startedAt ?? 0;
  return Math.max(startedAt, secret.lastChangedAt ?? 0) + QUIET_MS;
}

/** The rotation function is stopped after 5 minutes; clocks may differ (ms). */
const LONGEST_STEP_MS = 6 * 60_000;

/** From when on nothing can happen under a token that was given up; null when it was not. */
export function givenUpFrom({ versionId }: Version, { mints }: Facts): number | null {
  const abandonedAt = mints.find(({ token }) => token === versionId)?.abandonedAt;
  return abandonedAt === undefined ? null : abandonedAt + LONGEST_STEP_MS;
}

export function isQuarantined({ labels, id }: Version, { deactivations }: Facts): boolean {
  const known = deactivations.find(({ credentialId }) => credentialId === id);
  return labels.includes(QUARANTINED) || known?.quarantined === true;
}

/** The credential of a version, where its provider lists it. */
export function issuedFor(version: Version | undefined, { issuer }: Facts): IssuedCredential | undefined {
  return issuer.kind === 'issuing' ? issuer.issued.find(({ id }) => id === version?.id) : undefined;
}

/** Whether the provider has a credential under this id that is not provably this secret's. */
export function isForeign(id: string | null, { issuer }: Pick<Facts, 'issuer'>): boolean {
  return issuer.kind === 'issuing' && !issuer.own.has(id ?? '') && issuer.issued.some((one) => one.id === id);
}
