import { nameOf } from '../net/certificate.ts';
import type { Endpoint } from '../net/endpoint.ts';
import { ENDPOINT_TAG } from '../observe/names.ts';
import { ProviderError, type RotationProvider, type ServedSecret } from '../providers/provider.ts';
import type { Provider } from '../providers/secret.ts';
import type { SecretDescription } from '../secrets/description.ts';
import {
  addressOf,
  type CanonicalEndpoint,
  canonicalEndpoint,
  certificatesIn,
  endpointIn,
  spelt,
} from '../secrets/endpoint.ts';
import type { Ledger } from '../table/ledger.ts';

/** An endpoint as a version names it; `authorities`: the subjects of its own CA's certificates. */
export interface NamedEndpoint extends CanonicalEndpoint {
  readonly authorities: readonly string[];
}

/** Where the credential of one version logs in, and what the rule says of that. */
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

/** What an endpoint is told apart by, what matters most first. */
const FIELDS = ['host', 'port', 'security', 'ca'] as const satisfies readonly (keyof CanonicalEndpoint)[];

export type EndpointField = (typeof FIELDS)[number];

export type EndpointRuling =
  | { readonly kind: 'allowed' }
  | {
      readonly kind: 'endpoint-changed';
      /** The first of the named ones that nobody allowed. */
      readonly endpoint: CanonicalEndpoint;
      /** Where it parts from the allowed one that is most like it. */
      readonly changed: EndpointField;
    };

/**
 * Whether a password may go to every endpoint that a value names. Whoever may write a secret's value writes its host, too,
 * and would be sent the password that the next rotation makes: so each of them must be one that somebody else named.
 */
export function ruleOnEndpoints(
  named: readonly CanonicalEndpoint[],
  allowed: readonly CanonicalEndpoint[],
): EndpointRuling {
  const endpoint = named.find((one) => !isAmong(allowed, one));
  if (endpoint === undefined) return { kind: 'allowed' };
  const furthest = Math.max(0, ...allowed.map((one) => likeness(endpoint, one)));
  return { kind: 'endpoint-changed', endpoint, changed: FIELDS[furthest] ?? 'host' };
}

function isAmong(allowed: readonly CanonicalEndpoint[], endpoint: CanonicalEndpoint): boolean {
  return allowed.some((one) => likeness(endpoint, one) === FIELDS.length);
}

/** How many fields, from the first on, are the same. */
function likeness(one: CanonicalEndpoint, other: CanonicalEndpoint): number {
  const differing = FIELDS.findIndex((field) => one[field] !== other[field]);
  return differing === -1 ? FIELDS.length : differing;
}

/** As many as a line of a log can hold. */
const SHOWN = 8;

/** A refusal for people: what stands there and what may, and the two ways out. */
export interface Refusal {
  /** `provider-trouble`: nobody can tell, since the provider or its administrator's secret is of no use. */
  readonly reason: 'endpoint-changed' | 'provider-trouble';
  readonly state: string;
  readonly nextAction: string;
}

/** Null: every named one is allowed. */
export function refusalOf(
  named: readonly CanonicalEndpoint[],
  allowed: readonly CanonicalEndpoint[],
  secretName: string,
): Refusal | null {
  const ruling = ruleOnEndpoints(named, allowed);
  return ruling.kind === 'allowed' ? null : refusal(ruling, allowed, secretName);
}

function refusal(
  { endpoint, changed }: Extract<EndpointRuling, { kind: 'endpoint-changed' }>,
  allowed: readonly CanonicalEndpoint[],
  secretName: string,
): Refusal {
  const shown = allowed.slice(0, SHOWN).map(spelt);
  const more = allowed.length > SHOWN ? ` and ${allowed.length - SHOWN} more` : '';
  const expected = shown.length === 0 ? 'none, since nobody named one' : `${shown.join(', ')}${more}`;
  return {
    reason: 'endpoint-changed',
    state:
      `endpoint-changed: the secret names ${spelt(endpoint)}, and no password is sent there: its ${changed} is none that the ` +
      `provider, the deployment, the administrator's secret or an operator named. Allowed: ${expected}.`,
    nextAction: `Put it right in the secret, or accept it: keyturn accept-endpoint ${secretName} ${addressOf(endpoint)}`,
  };
}
