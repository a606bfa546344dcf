import type { ValidationResult } from '../validation/validation-result.ts';
import { secretNameOf } from './secret-name.ts';

/** What the table keeps of a validation of the version in use (AWSCURRENT). */
export interface Check
  extends Pick<ValidationResult, 'credential' | 'verdict' | 'checkedAt' | 'versionId' | 'endpoint'> {
  readonly secretArn: string;
  /** ISO 8601; null when no verified TLS session was seen. */
  readonly certificateValidTo: string | null;
}

/** As an item of the table. `known` is the newest check that said `good` or `bad`, and never newer than `lastCheck`. */
export interface Recorded {
  readonly lastCheck: Check;
  readonly known?: Check;
}

/**
 * What is known of a credential: its newest `good` or `bad`, or while there is none its newest check. A timeout or
 * `held-back` takes no knowledge away; it shows in `lastCheck` only.
 */
export interface CredentialStatus extends Check {
  /** Name of the secret. */
  readonly secretName: string;
  readonly lastCheck: Pick<Check, 'verdict' | 'checkedAt' | 'versionId'>;
}

export function checkOf(secretArn: string, result: ValidationResult): Check {
  const { credential, verdict, checkedAt, versionId, endpoint, tls } = result;
  const certificateValidTo = tls?.certificate.validTo ?? null;
  return { secretArn, credential, verdict, checkedAt, versionId, endpoint, certificateValidTo };
}

export function statusOf({ lastCheck, known }: Recorded): CredentialStatus {
  // A secret that was deleted and made again has its old name, but not its old credential.
  const shown = known?.secretArn === lastCheck.secretArn ? known : lastCheck;
  const { secretArn, verdict, checkedAt, versionId } = lastCheck;
  return {
    ...shown,
    secretName: secretNameOf(secretArn),
    endpoint: lastCheck.endpoint ?? shown.endpoint,
    certificateValidTo: lastCheck.certificateValidTo ?? shown.certificateValidTo,
    lastCheck: { verdict, checkedAt, versionId },
  };
}
