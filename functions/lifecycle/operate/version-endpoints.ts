import { nameOf } from '../../net/certificate.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { ProviderError } from '../../providers/provider.ts';
import type { Provider } from '../../providers/secret.ts';
import { certificatesIn } from '../../secrets/certificates.ts';
import { type CanonicalEndpoint, canonicalEndpoint } from '../../secrets/endpoint.ts';
import type { SecretDescription } from '../../secrets/secret-reader.ts';
import { endpointsNamedFor } from '../rotate/allowed-endpoints.ts';
import { isAmong, type Refusal, refusalOf } from '../rotate/endpoint-rule.ts';
import { RotationError } from '../rotate/rotation.ts';
import type { OperationPorts } from './ports.ts';

/** An endpoint as a version names it; `authorities`: the subjects of its own CA's certificates. */
export interface NamedEndpoint extends CanonicalEndpoint {
  readonly authorities: readonly string[];
}

/** Where the credential of one version logs in, and what the rule of rotation says of that (lifecycle/rotate/endpoint-rule.ts). */
export interface VersionEndpoints {
  readonly named: readonly NamedEndpoint[];
  /** Those that nobody allowed. */
  readonly refused: readonly NamedEndpoint[];
  readonly refusal: Refusal | null;
}

/** What one version says of itself. */
export interface Naming {
  readonly versionId: string;
  readonly endpoints: readonly Endpoint[];
  readonly provider: Provider | null;
}

/**
 * By version id, each by the provider that it names itself: another version may have been written by somebody else. A
 * secret that names none is not rotated, so the rule does not touch it.
 */
export async function versionEndpoints(
  { ledger, providerFor }: Pick<OperationPorts, 'ledger' | 'providerFor'>,
  secret: SecretDescription,
  namings: readonly Naming[],
): Promise<ReadonlyMap<string, VersionEndpoints>> {
  const isRotated = namings.some(({ provider }) => provider !== null);
  const accepted = isRotated ? await ledger.acceptedEndpoints(secret.arn) : [];
  const ruled = namings.map(
    async ({ versionId, endpoints, provider }): Promise<[string, VersionEndpoints]> => {
      const named = endpoints.map(namedEndpoint);
      const issuer = provider && providerFor(provider, secret);
      const ruling = isRotated
        ? await rulingOn(named, secret.name, async () => [
            ...(await endpointsNamedFor(secret, issuer)),
            ...accepted,
          ])
        : { refused: [], refusal: null };
      return [versionId, { named, ...ruling }];
    },
  );
  return new Map(await Promise.all(ruled));
}

async function rulingOn(
  named: readonly NamedEndpoint[],
  secretName: string,
  ask: () => Promise<readonly CanonicalEndpoint[]>,
): Promise<Pick<VersionEndpoints, 'refused' | 'refusal'>> {
  try {
    const allowed = await ask();
    const refused = named.filter((one) => !isAmong(allowed, one));
    return { refused, refusal: refusalOf(named, allowed, secretName) };
  } catch (error) {
    // Of this version alone: an old one, or one that somebody added, must not keep the others from being revoked.
    const isRuling = error instanceof RotationError && error.reason === 'endpoint-changed';
    if (!isRuling && !(error instanceof ProviderError)) throw error;
    return { refused: [], refusal: { state: error.message, nextAction: ADMINISTRATOR } };
  }
}

const ADMINISTRATOR = "Put it right in the secret, or in the administrator's secret that it names.";

function namedEndpoint(endpoint: Endpoint): NamedEndpoint {
  const authorities = endpoint.ca === undefined ? [] : certificatesIn(endpoint.ca).map(subjectOf);
  return { ...canonicalEndpoint(endpoint), authorities };
}

/** Short: the writer of the secret chose it. */
function subjectOf({ subject }: { readonly subject: string | undefined }): string {
  return nameOf(subject).slice(0, LONGEST_SUBJECT);
}

const LONGEST_SUBJECT = 200;
