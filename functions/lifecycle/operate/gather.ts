import type { Endpoint } from '../../net/endpoint.ts';
import { shownText } from '../../observe/shown.ts';
import type { IssuedCredential, IssuingProvider, RotationProvider } from '../../providers/provider.ts';
import { type Credential, type Provider, parseSecret } from '../../providers/secret.ts';
import { everyEndpoint, idOf } from '../../secrets/credential.ts';

import type { SecretDescription } from '../../secrets/secret-reader.ts';
import { claimOf, ownIn } from '../ownership.ts';
import { orphansIn } from '../reconcile.ts';
import { ownershipTrouble, providerInTags } from '../rotate/rotation.ts';
import type { Facts, Issuer, Version } from './facts.ts';
import type { OperationPorts } from './ports.ts';
import { type Naming, versionEndpoints } from './version-endpoints.ts';

/** The facts, and what they leave out because it is secret or can act. */
export interface Gathered {
  readonly facts: Facts;
  /** By version id. */
  readonly credentials: ReadonlyMap<string, Credential>;
  readonly provider: RotationProvider | null;
}

export type Gathering =
  | ({ readonly kind: 'gathered' } & Gathered)
  | { readonly kind: 'not-found' }
  | { readonly kind: 'not-managed' };

/**
 * Reads everything anew: each decision is made on what is there now. Rejects with the AWS client's own error; what a
 * provider refuses is a fact only for those who ask for it (`report`).
 */
export async function gather(
  ports: OperationPorts,
  secretArn: string,
  whenUnreachable: 'reject' | 'report',
): Promise<Gathering> {
  const secret = await ports.store.describe(secretArn);
  if (secret.kind === 'not-found') return { kind: 'not-found' };
  if (secret.kind === 'denied' || !secret.managed) return { kind: 'not-managed' };
  const read = await Promise.all(
    Object.entries(secret.stages).map(([id, labels]) => readVersion(ports, secret, id, labels)),
  );
  const versions = read.map(({ version }) => version);
  const credentials = new Map(
    read.flatMap(({ version, credential }) => (credential ? [[version.versionId, credential]] : [])),
  );
  const named = providerIn(read) ?? providerInTags(secret);
  const provider = named && ports.providerFor(named, secret);
  const asked = async () => {
    const endpoints = await versionEndpoints(ports, secret, read.flatMap(namingIn));
    return { listed: await listedBy(provider, secret), endpoints };
  };
  const { listed, endpoints } = await asked().catch((error: unknown): Awaited<ReturnType<typeof asked>> => {
    if (whenUnreachable === 'reject') throw error;
    return { listed: { kind: 'unreachable', message: shownText(error) }, endpoints: new Map() };
  });
  // After the list: whatever is in it was announced here first, by a rotation that may be under way.
  const [mints, deactivations] = await Promise.all([
    ports.ledger.mints(secret.arn),
    ports.ledger.deactivations(secret.arn),
  ]);
  const issuer = withOrphans(listed, { now: ports.now(), secret, versions, mints });
  const facts = { now: ports.now(), secret, versions, issuer, mints, deactivations, endpoints };
  return { kind: 'gathered', facts, credentials, provider };
}

interface Read {
  readonly version: Version;
  readonly credential: Credential | null;
  readonly provider: Provider | null;
  /** Where it logs in, or will. */
  readonly endpoints: readonly Endpoint[];
}

async function readVersion(
  { store }: OperationPorts,
  { arn }: SecretDescription,
  versionId: string,
  labels: readonly string[],
): Promise<Read> {
  const value = await store.read(arn, { versionId });
  const parsed = value.kind === 'absent' ? null : parseSecret(value.text.reveal());
  const credential = parsed?.kind === 'credential' ? parsed.credential : null;
  const id = credential && idOf(credential);
  const named = parsed?.kind === 'seed' ? parsed : credential;
  return {
    version: { versionId, labels, content: parsed?.kind ?? 'empty', id },
    credential,
    provider: named?.provider ?? null,
    endpoints: named ? everyEndpoint(named) : [],
  };
}

function namingIn({ version: { versionId }, endpoints, provider }: Read): Naming[] {
  return endpoints.length === 0 ? [] : [{ versionId, endpoints, provider }];
}

/** Of the current version; when that cannot say, of the previous one, to which there may be a way back. */
function providerIn(read: readonly Read[]): Provider | null {
  const byLabel = (label: string) => read.find(({ version }) => version.labels.includes(label))?.provider;
  return byLabel('AWSCURRENT') ?? byLabel('AWSPREVIOUS') ?? null;
}

interface ListedByProvider
  extends Pick<IssuingProvider, 'limit' | 'reversible' | 'keepsNames' | 'nameLimit'> {
  readonly kind: 'listed';
  readonly issued: readonly IssuedCredential[];
}

type Listed = Exclude<Issuer, { kind: 'issuing' }> | ListedByProvider;

async function listedBy(provider: RotationProvider | null, secret: SecretDescription): Promise<Listed> {
  if (!provider) return { kind: 'none' };
  if (provider.kind === 'setting') return { kind: 'setting', logins: provider.logins };
  if (provider.kind === 'manual') return { kind: 'manual' };
  const message = await ownershipTrouble(provider, secret.arn);
  if (message !== null) return { kind: 'not-owner', message };
  const { limit, reversible, keepsNames, nameLimit } = provider;
  return { kind: 'listed', issued: await provider.list(), limit, reversible, keepsNames, nameLimit };
}

function withOrphans(
  listed: Listed,
  { now, secret, versions, mints }: Pick<Facts, 'now' | 'secret' | 'versions' | 'mints'>,
): Issuer {
  if (listed.kind !== 'listed') return listed;
  const { issued, limit, reversible, keepsNames } = listed;
  const claim = claimOf(
    listed,
    secret,
    versions.flatMap(({ id }) => id ?? []),
    mints,
  );
  const [own, orphans] = [ownIn(issued, claim), orphansIn({ ...claim, now, issued })];
  return { kind: 'issuing', issued, limit, reversible, keepsNames, own, orphans };
}
