import { constants } from 'node:os';
import type { OperationAnswer } from '../functions/api/operation-state.ts';
import type { AuditSummary } from '../functions/audit/report/report.ts';
import type { CredentialState } from '../functions/smtp/verdicts.ts';

/**
 * Why there is no verdict. `refused`: the command cannot be carried out as given, no server was asked.
 * `unanswered`: AWS did not answer. `interrupted`: by Ctrl-C.
 */
export interface Failure {
  readonly kind: 'refused' | 'unanswered' | 'interrupted';
  readonly message: string;
  /** What the API answered instead of doing it, for scripts: why, and from when it can be done. */
  readonly answer?: object;
}

/** Stable: scripts rely on them. */
export const EXIT_CODE: Readonly<Record<CredentialState | Failure['kind'], number>> = {
  good: 0,
  bad: 1,
  unknown: 2,
  unanswered: 2,
  refused: 3,
  // As shells have it.
  interrupted: 128 + constants.signals.SIGINT,
};

/**
 * Of an operation: 0 when it was done and, for doctor, nothing is left to do; 1 when it failed or there are issues;
 * 2 when it is not known how it ended.
 */
export function operationExitCode({ state, result }: OperationAnswer): number {
  if (state === 'failed' || result === 'issues') return EXIT_CODE.bad;
  return state === 'succeeded' ? EXIT_CODE.good : EXIT_CODE.unknown;
}

/** Of an audit: 1 when a check failed; 2 when none did, but some credential was not examined. */
export function auditExitCode({ counts, unexamined }: AuditSummary): number {
  if (counts.fail > 0) return EXIT_CODE.bad;
  return unexamined > 0 ? EXIT_CODE.unknown : EXIT_CODE.good;
}

const SIGN_IN = 'Sign in (`aws sso login`, `aws configure`), or choose another AWS_PROFILE.';

/** The SDK's error names that a person can do something about. */
const REFUSALS: Readonly<Record<string, string>> = {
  CredentialsProviderError: `There are no AWS credentials. ${SIGN_IN}`,
  ExpiredTokenException: `The AWS credentials have expired. ${SIGN_IN}`,
  UnrecognizedClientException: `AWS does not know these credentials. ${SIGN_IN}`,
  InvalidSignatureException: `AWS does not accept these credentials, or the clock is wrong. ${SIGN_IN}`,
  AccessDeniedException: 'Your AWS identity may not call secretsmanager:GetSecretValue on this secret.',
  DecryptionFailure: 'Your AWS identity may not call kms:Decrypt with the key of this secret.',
  InvalidRequestException: 'Secrets Manager cannot give this secret: it may be scheduled for deletion.',
};

/** Puts into plain words what the SDK threw. Errors that AWS has no part in are thrown again. */
export function awsFailure(error: unknown): Failure {
  if (!(error instanceof Error)) throw error;
  const message = REFUSALS[error.name];
  if (message) return { kind: 'refused', message };
  // The SDK gives this one no name of its own.
  if (error.message === 'Region is missing') {
    return {
      kind: 'refused',
      message: 'There is no AWS region. Set AWS_REGION, or a region in your AWS profile.',
    };
  }
  if (!('$metadata' in error) && !('code' in error)) throw error;
  const code = 'code' in error ? error.code : error.name;
  return { kind: 'unanswered', message: `AWS Secrets Manager did not answer (${code}). Try again.` };
}
