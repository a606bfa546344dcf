import { logger } from '../observe/logger.ts';
import { countMetric, countProvenLogin } from '../observe/metrics.ts';
import type { SecretReader } from '../secrets/secret-reader.ts';
import type { Validations } from '../table/validations.ts';
import { type Prove, type ValidationOutcome, validateSecret } from './validation.ts';
import type { ValidationRequest } from './validation-request.ts';
import type { ValidationResult } from './validation-result.ts';

type Unvalidated = Readonly<{ error: 'not-managed' | 'not-found'; message: string }>;

export interface ValidationPorts {
  readonly secrets: SecretReader;
  readonly validations: Pick<Validations, 'record'>;
  /** Marks (observe/names.ts) of the secrets whose proven logins an alarm waits for. */
  readonly watched: ReadonlySet<string>;
}

/** Validates one secret, and puts the result into the log, the metrics and the ledger. */
export async function validateAndRecord(
  ports: ValidationPorts,
  request: ValidationRequest,
  prove: Prove,
): Promise<ValidationResult | Unvalidated> {
  const outcome = await validateSecret(ports.secrets, prove, request);
  if (outcome.kind !== 'validated') return refusal(outcome.kind);
  await record(ports, outcome);
  return outcome.result;
}

async function record(
  { validations, watched }: ValidationPorts,
  validated: Extract<ValidationOutcome, { kind: 'validated' }>,
): Promise<void> {
  const { secretArn, secretName, current, result } = validated;
  const { versionId, verdict, credential, timings } = result;
  const durationMs = timings?.totalMs ?? 0;
  const line = { secretArn, versionId, verdict, credential, durationMs };
  logger.info('credential.validated', { event: 'credential.validated', ...line });
  countMetric('validation');
  if (current && verdict === 'valid') countProvenLogin(secretName, watched);
  await validations.record(validated);
}

function refusal(kind: Unvalidated['error']): Unvalidated {
  return kind === 'not-found'
    ? { error: 'not-found', message: 'No such secret, or no such version of it.' }
    : {
        error: 'not-managed',
        message:
          'Keyturn does not manage this secret: it lacks the tag keyturn:managed=true, or does not exist.',
      };
}
