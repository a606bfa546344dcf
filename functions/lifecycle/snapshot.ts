import { parse } from '@aws-sdk/util-arn-parser';
import { USER_TAG } from '../observe/names.ts';
import { shownText } from '../observe/shown.ts';
import type {
  IssuedCredential,
  IssuingProvider,
  RotationProvider,
  ServedSecret,
} from '../providers/provider.ts';
import { type ParsedSecret, type Provider, parseSecret } from '../providers/secret.ts';
import type { SesProvider } from '../providers/ses.ts';
import { everyEndpoint, idOf } from '../secrets/credential.ts';
import { type SecretDescription, versionWith } from '../secrets/description.ts';
import type { Redacted } from '../secrets/redacted.ts';
import type { SecretStore, SecretValue } from '../secrets/store.ts';

import type { Deactivation, Mint, VersionProof } from '../table/items.ts';
import type { Ledger } from '../table/ledger.ts';
import { type Naming, rulingsOn, UNRULED, type VersionEndpoints } from './endpoints.ts';
import { ownerTrouble } from './ownership.ts';

/** A version with labels. */
export interface Version {
  readonly versionId: string;
  readonly labels: readonly string[];
  /** What its value is. */
  readonly content: 'credential' | 'seed' | 'malformed' | 'empty';
  /** What a malformed one was expected to hold, and where. */
  readonly fault: string | null;
  /** What its provider calls the credential in it, and who logs in with that. */
  readonly id: string | null;
  readonly username: string | null;
  /** When its value was stored. */
  readonly createdAt: number | null;
  readonly endpoints: VersionEndpoints;
}

/** What issues the credential of a secret, and what it says. */
export type Issuer =
  | ({
      readonly kind: 'issuing';
      readonly issued: readonly IssuedCredential[];
    } & Pick<IssuingProvider, 'limit' | 'reversible' | 'keepsNames' | 'nameLimit'>)
  | { readonly kind: 'setting'; readonly logins: readonly string[] }
  | { readonly kind: 'manual' }
  /** The secret names none. */
  | { readonly kind: 'none' }
  /** It was not asked. */
  | { readonly kind: 'unasked' }
  | { readonly kind: 'not-owner'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };

/** All that a decision may look at; times in milliseconds since 1970. Nothing in it is secret, and nothing can act. */
export interface Snapshot {
  readonly now: number;
  readonly secret: SecretDescription;
  readonly versions: readonly Version[];
  /** False: AWSCURRENT was not on the version that DescribeSecret had said, so what is read here does not fit together. */
  readonly settled: boolean;
  readonly issuer: Issuer;
  readonly mints: readonly Mint[];
  readonly deactivations: readonly Deactivation[];
  /** The last try to prove the version under AWSPENDING. */
  readonly proof: VersionProof | null;
}

/** The label of a version that no operation makes current again. A label is on one version at a time: the last one. */
export const QUARANTINED = 'KEYTURN_QUARANTINED';

export function labelled(label: string, { versions }: Pick<Snapshot, 'versions'>): Version | undefined {
  return versions.find(({ labels }) => labels.includes(label));
}

/** AWSPENDING on a version that is not the current one; on the current one it means nothing. */
export function pendingIn(snapshot: Pick<Snapshot, 'versions'>): Version | undefined {
  const pending = labelled('AWSPENDING', snapshot);
  return pending?.labels.includes('AWSCURRENT') ? undefined : pending;
}

/** Then its AWSPENDING is left of a rotation that had ended well, before somebody went back: it is a replaced one like others. */
export function wasCurrent({ labels }: Version): boolean {
  return labels.includes('AWSPREVIOUS');
}

export function isQuarantined(
  { labels, id }: Version,
  { deactivations }: Pick<Snapshot, 'deactivations'>,
): boolean {
  const known = deactivations.find(({ credentialId }) => credentialId === id);
  return labels.includes(QUARANTINED) || known?.quarantined === true;
}

/** The credential of a version, where its provider lists it. */
export function issuedFor(
  version: Version | undefined,
  { issuer }: Pick<Snapshot, 'issuer'>,
): IssuedCredential | undefined {
  return issuer.kind === 'issuing' ? issuer.issued.find(({ id }) => id === version?.id) : undefined;
}

/** What one version holds. */
interface Value {
  readonly text: Redacted;
  readonly parsed: ParsedSecret;
}

/** A snapshot, and what it leaves out because it is secret or can act. */
export interface Taken {
  readonly snapshot: Snapshot;
  /** By version id; versions without a value are not among them. */
  readonly values: ReadonlyMap<string, Value>;
  readonly provider: RotationProvider | null;
  /** What the provider was `unreachable` with, for who cannot do without its answer. */
  readonly fault?: unknown;
}

export interface SnapshotPorts {
  readonly store: Pick<SecretStore, 'read'>;
  readonly ledger: Pick<Ledger, 'historyOf' | 'proofOf' | 'acceptedEndpoints'>;
  readonly providerFor: (provider: Provider, secret: ServedSecret) => RotationProvider;
  readonly now: () => number;
}

/**
 * How far a look goes: the secret and the ledger; also what the provider has issued; or also what it, its administrator and
 * an operator allow, which a new credential needs. Each question has its price at the provider.
 */
export type Scope = 'secret' | 'issued' | 'everything';

/**
 * Reads what there is of one credential. Rejects with the AWS client's own error: half of it would be dangerous. That a
 * provider refuses or does not answer is a fact.
 */
export async function takeSnapshot(
  ports: SnapshotPorts,
  secret: SecretDescription,
  scope: Scope,
): Promise<Taken> {
  const read = await readVersions(ports, secret);
  const named = providerNamed(read.versions, secret);
  const provider = named && ports.providerFor(named, secret);
  const asked = await ask(ports, secret, { read: read.versions, provider, scope });
  // After the list: whatever is in it was announced here first, by a rotation that may be under way.
  const [{ mints, deactivations }, proof] = await Promise.all([
    ports.ledger.historyOf(secret.arn),
    read.pending === undefined ? null : ports.ledger.proofOf(secret.arn, read.pending),
  ]);
  const { issuer, endpoints, ...fault } = asked;
  const versions = read.versions.map((one) => versionOf(one, endpoints));
  const { settled } = read;
  return {
    snapshot: { now: ports.now(), secret, versions, settled, issuer, mints, deactivations, proof },
    values: new Map(read.versions.flatMap(({ versionId, value }) => (value ? [[versionId, value]] : []))),
    provider,
    ...fault,
  };
}

interface ReadVersion {
  readonly versionId: string;
  readonly labels: readonly string[];
  readonly createdAt: number | null;
  readonly value: Value | null;
}

/** AWSCURRENT by its label, so that a move of it is seen; all others by their id. */
async function readVersions({ store }: SnapshotPorts, secret: SecretDescription) {
  const { arn, stages } = secret;
  const current = versionWith('AWSCURRENT', secret);
  const labelled = Object.entries(stages).filter(([, labels]) => labels.length > 0);
  let settled = true;
  const versions = await Promise.all(
    labelled.map(async ([versionId, labels]): Promise<ReadVersion> => {
      const which = versionId === current ? { stage: 'AWSCURRENT' } : { versionId };
      const value = await store.read(arn, which);
      if (value.kind === 'value' && value.versionId !== versionId) settled = false;
      return { versionId, labels, ...contentOf(versionId, value) };
    }),
  );
  const pending = versions.find(
    ({ versionId, labels }) => labels.includes('AWSPENDING') && versionId !== current,
  );
  return { versions, settled, pending: pending?.value ? pending.versionId : undefined };
}

function contentOf(versionId: string, value: SecretValue): Pick<ReadVersion, 'createdAt' | 'value'> {
  if (value.kind === 'absent' || value.versionId !== versionId) return { createdAt: null, value: null };
  const { text, createdAt } = value;
  return { createdAt, value: { text, parsed: parseSecret(text.reveal()) } };
}

function versionOf(
  { versionId, labels, createdAt, value }: ReadVersion,
  endpoints: ReadonlyMap<string, VersionEndpoints>,
): Version {
  const parsed = value?.parsed;
  const credential = parsed?.kind === 'credential' ? parsed.credential : null;
  return {
    versionId,
    labels,
    content: parsed?.kind ?? 'empty',
    fault: parsed?.kind === 'malformed' ? `expected ${parsed.expected} at ${parsed.path}` : null,
    id: credential && idOf(credential),
    username: credential?.username ?? null,
    createdAt,
    endpoints: endpoints.get(versionId) ?? UNRULED,
  };
}

/** By the current version; when that cannot say, by the previous one, to which there may be a way back; else by the tags. */
function providerNamed(versions: readonly ReadVersion[], secret: SecretDescription): Provider | null {
  const under = (label: string) => versions.find(({ labels }) => labels.includes(label))?.value?.parsed;
  const current = under('AWSCURRENT');
  if (current && current.kind !== 'malformed') return providerOf(current);
  const previous = under('AWSPREVIOUS');
  return (previous && providerOf(previous)) ?? providerInTags(secret);
}

function providerOf(parsed: ParsedSecret): Provider | null {
  if (parsed.kind === 'malformed') return null;
  return (parsed.kind === 'seed' ? parsed : parsed.credential).provider ?? null;
}

/** Who issues the credential of a secret that has no value yet. */
export function providerInTags({ arn, tags }: SecretDescription): SesProvider | null {
  const { [USER_TAG]: userName } = tags;
  return userName ? { type: 'ses', userName, region: parse(arn).region } : null;
}

interface Question {
  readonly read: readonly ReadVersion[];
  readonly provider: RotationProvider | null;
  readonly scope: Scope;
}

interface Asked extends Pick<Taken, 'fault'> {
  readonly issuer: Issuer;
  readonly endpoints: ReadonlyMap<string, VersionEndpoints>;
}

async function ask(ports: SnapshotPorts, secret: SecretDescription, question: Question): Promise<Asked> {
  const { read, provider, scope } = question;
  if (scope === 'secret')
    return { issuer: provider ? { kind: 'unasked' } : { kind: 'none' }, endpoints: new Map() };
  try {
    const namings = scope === 'everything' ? read.flatMap(namingIn) : [];
    const endpoints = await rulingsOn(ports, secret, namings);
    return { issuer: await issuerOf(provider, secret, scope), endpoints };
  } catch (fault) {
    return { issuer: { kind: 'unreachable', message: shownText(fault) }, endpoints: new Map(), fault };
  }
}

function namingIn({ versionId, value }: ReadVersion): Naming[] {
  const parsed = value?.parsed;
  if (!parsed || parsed.kind === 'malformed') return [];
  const named = parsed.kind === 'seed' ? parsed : parsed.credential;
  return [{ versionId, endpoints: everyEndpoint(named), provider: named.provider ?? null }];
}

async function issuerOf(
  provider: RotationProvider | null,
  secret: SecretDescription,
  scope: Scope,
): Promise<Issuer> {
  if (!provider) return { kind: 'none' };
  if (provider.kind === 'manual') return { kind: 'manual' };
  if (provider.kind === 'setting') {
    if (scope === 'everything') await provider.check();
    return { kind: 'setting', logins: provider.logins };
  }
  const message = ownerTrouble(await provider.owner(), secret.arn);
  if (message !== null) return { kind: 'not-owner', message };
  const { limit, reversible, keepsNames, nameLimit } = provider;
  return { kind: 'issuing', issued: await provider.list(), limit, reversible, keepsNames, nameLimit };
}
