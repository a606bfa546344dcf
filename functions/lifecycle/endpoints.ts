import { nameOf } from '../net/certificate.ts';
import type { Endpoint } from '../net/endpoint.ts';
import { ENDPOINT_TAG } from '../observe/names.ts';
import { ProviderError, type RotationProvider, type ServedSecret } from '../providers/provider.ts';

import type { Provider } from '../providers/secret.ts';
import { certificatesIn } from '../secrets/certificates.ts';
import type { SecretDescription } from '../secrets/description.ts';
import { type CanonicalEndpoint, canonicalEndpoint, endpointIn } from '../secrets/endpoint.ts';
import type { Ledger } from '../table/ledger.ts';
import { isAmong, type Refusal, refusalOf } from './endpoint-rule.ts';

/** An endpoint as a version names it; `authorities`: the subjects of its own CA's certificates. */
export interface NamedEndpoint extends CanonicalEndpoint {
  readonly authorities: readonly string[];
}

/** Where the credential of one version logs in, and what the rule says of that (endpoint-rule.ts). */
export interface VersionEndpoints {
  readonly named: readonly NamedEndpoint[];
  /** Those that nobody allowed. */
  readonly refused: readonly NamedEndpoint[];
  readonly refusal: Refusal | null;
}

export const UNRULED: VersionEndpoints = { named: [], refused: [], refusal: null };

/** What one version says of itself. */
export interface Naming {
  readonly versionId: string;
  readonly endpoints: readonly Endpoint[];
  readonly provider: Provider | null;
}

export interface EndpointPorts {
  readonly ledger: Pick<Ledger, 'acceptedEndpoints'>;
  readonly providerFor: (provider: Provider, secret: ServedSecret) => RotationProvider;
}

/**
 * By version id, each by the provider that it names itself: another version may have been written by somebody else. A
 * secret that names none is not rotated, so the rule does not touch it.
 */
export async function rulingsOn(
  ports: EndpointPorts,
  secret: SecretDescription,
  namings: readonly Naming[],
): Promise<ReadonlyMap<string, VersionEndpoints>> {
  const isRotated = namings.some(({ provider }) => provider !== null);
  const ruled = namings.map(async (naming): Promise<[string, VersionEndpoints]> => {
    const ruling = isRotated ? await rulingOn(ports, secret, naming) : { ...UNRULED, named: namedIn(naming) };
    return [naming.versionId, ruling];
  });
  return new Map(await Promise.all(ruled));
}

/** Whether passwords may go to each place that a version names. */
export async function rulingOn(
  { ledger, providerFor }: EndpointPorts,
  secret: SecretDescription,
  naming: Naming,
): Promise<VersionEndpoints> {
  const [named, { provider }] = [namedIn(naming), naming];
  try {
    const allowed = await endpointsNamedFor(secret, provider && providerFor(provider, secret));
    if (refusalOf(named, allowed, secret.name) === null) return { ...UNRULED, named };
    // Not asked before: few secrets have any, and each look would pay for the read.
    const all = [...allowed, ...(await ledger.acceptedEndpoints(secret.arn))];
    const refused = named.filter((one) => !isAmong(all, one));
    return { named, refused, refusal: refusalOf(named, all, secret.name) };
  } catch (error) {
    // Of this version alone: an old one, or one that somebody added, must not keep the others from being revoked.
    if (!(error instanceof ProviderError)) throw error;
    return { named, refused: [], refusal: refusalBy(error) };
  }
}

function namedIn({ endpoints }: Naming): readonly NamedEndpoint[] {
  return endpoints.map(namedEndpoint);
}

/** A token endpoint that is not the administrator's is refused in the same word as a mail server. */
function refusalBy({ reason, message }: ProviderError): Refusal {
  return reason === 'endpoint-changed'
    ? { reason, state: `endpoint-changed: ${message}.`, nextAction: ADMINISTRATOR }
    : { reason: 'provider-trouble', state: message, nextAction: ADMINISTRATOR };
}

const ADMINISTRATOR = "Put it right in the secret, or in the administrator's secret that it names.";

/**
 * Where somebody other than the writer of a secret's value lets its passwords go: the provider and its administrator, and the
 * deployment. What an operator has accepted stands in the ledger.
 */
async function endpointsNamedFor(
  secret: SecretDescription,
  issuer: RotationProvider | null,
): Promise<readonly CanonicalEndpoint[]> {
  const named = issuer === null || issuer.kind === 'manual' ? [] : await issuer.endpoints();
  return [...named.map(canonicalEndpoint), ...endpointsInTags(secret)];
}

/** Tags are an administrator's: who may write the value cannot change them. One that is misspelt allows nothing. */
function endpointsInTags({ tags }: SecretDescription): readonly CanonicalEndpoint[] {
  return Object.entries(tags)
    .filter(([key]) => key === ENDPOINT_TAG || key.startsWith(`${ENDPOINT_TAG}:`))
    .flatMap(([, value]) => endpointIn(value) ?? []);
}

function namedEndpoint(endpoint: Endpoint): NamedEndpoint {
  const authorities = endpoint.ca === undefined ? [] : certificatesIn(endpoint.ca).map(subjectOf);
  return { ...canonicalEndpoint(endpoint), authorities };
}

/** Short: the writer of the secret chose it. */
function subjectOf({ subject }: { readonly subject: string | undefined }): string {
  return nameOf(subject).slice(0, LONGEST_SUBJECT);
}

const LONGEST_SUBJECT = 200;
