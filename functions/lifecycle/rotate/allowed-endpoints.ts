import type { Endpoint } from '../../net/endpoint.ts';
import { ENDPOINT_TAG } from '../../observe/names.ts';
import { ProviderError, type RotationProvider } from '../../providers/provider.ts';
import type { Provider } from '../../providers/secret.ts';
import { type CanonicalEndpoint, canonicalEndpoint, endpointIn } from '../../secrets/endpoint.ts';
import type { SecretDescription } from '../../secrets/secret-reader.ts';
import { refusalOf } from './endpoint-rule.ts';
import { type Rotation, RotationError } from './rotation.ts';

/**
 * Where somebody other than the writer of a secret's value lets its passwords go: the provider and its administrator, and the
 * deployment. What an operator has accepted stands in the ledger.
 */
export async function endpointsNamedFor(
  secret: SecretDescription,
  issuer: RotationProvider | null,
): Promise<readonly CanonicalEndpoint[]> {
  const named = issuer === null || issuer.kind === 'manual' ? [] : await issuer.endpoints().catch(asRefusal);
  return [...named.map(canonicalEndpoint), ...endpointsInTags(secret)];
}

/** A token endpoint that is not the administrator's is refused in the same word as a mail server. */
function asRefusal(error: unknown): never {
  const isRefusal = error instanceof ProviderError && error.reason === 'endpoint-changed';
  throw isRefusal ? new RotationError(`endpoint-changed: ${error.message}`, error.reason) : error;
}

/** Tags are an administrator's: who may write the value cannot change them. One that is misspelt allows nothing. */
function endpointsInTags({ tags }: SecretDescription): readonly CanonicalEndpoint[] {
  return Object.entries(tags)
    .filter(([key]) => key === ENDPOINT_TAG || key.startsWith(`${ENDPOINT_TAG}:`))
    .flatMap(([, value]) => endpointIn(value) ?? []);
}

/** What a step makes a password from, or sends one with. */
export interface Named {
  readonly endpoints: readonly Endpoint[];
  readonly provider?: Provider | undefined;
}

/** Rejects with `endpoint-changed` unless each place that the value names is one that somebody else named. */
export async function confine(rotation: Rotation, { endpoints, provider }: Named): Promise<void> {
  const { ledger, secret, providerFor } = rotation;
  const named = endpoints.map(canonicalEndpoint);
  const allowed = await endpointsNamedFor(secret, provider ? providerFor(provider, secret) : null);
  if (refusalOf(named, allowed, secret.name) === null) return;
  // Not asked before: few secrets have any, and each step would pay for the read.
  const accepted = await ledger.acceptedEndpoints(secret.arn);
  const refusal = refusalOf(named, [...allowed, ...accepted], secret.name);
  if (refusal) throw new RotationError(`${refusal.state} ${refusal.nextAction}`, 'endpoint-changed');
}
