import type { Failure } from './exit-code.ts';

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
