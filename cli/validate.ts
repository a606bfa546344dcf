import { Network } from '../functions/net/network.ts';
import { loginCredential } from '../functions/providers/access-token.ts';
import { type Credential, parseSecret } from '../functions/providers/secret.ts';
import type { Redacted } from '../functions/secrets/redacted.ts';

import { SecretStore } from '../functions/secrets/store.ts';
import type { LoginEvidence } from '../functions/smtp/evidence.ts';
import { login } from '../functions/smtp/login.ts';
import { type LoginOutcome, resultOf, resultWith } from '../functions/smtp/login-result.ts';
import type { ValidationResult } from '../functions/validation/contract.ts';
import { shownBy, validateSecret } from '../functions/validation/validation.ts';
import { awsFailure, type Failure } from './outcome.ts';
import type { TypedLogin } from './target.ts';

const BUDGET_MS = 30_000;
const ANYWHERE = ['0.0.0.0/0', '::/0'];
const REFUSALS = {
  'not-found': 'No such secret in this AWS account and region. Check its name, AWS_PROFILE and AWS_REGION.',
  'not-managed':
    'Keyturn does not touch this secret: it lacks the tag keyturn:managed=true, or your AWS identity may not call secretsmanager:DescribeSecret on it.',
} as const;

/** The answer of `POST /validations`; a typed login has no secret id. */
export type Answer = Omit<ValidationResult, 'secretId'> & { readonly secretId: string | null };

export type Outcome =
  | { readonly kind: 'validated'; readonly answer: Answer; readonly evidence: LoginEvidence | null }
  | Failure;

/** `ca`: PEM certificates trusted instead of the public ones. */
export async function validateLogin(
  { host, port, security, username }: TypedLogin,
  password: Redacted,
  ca: string | undefined,
): Promise<Outcome> {
  // The same gate as for a stored secret: what is valid here is valid there.
  const parsed = parseSecret(
    JSON.stringify({ host, port, security, username, password: password.reveal(), ca }),
  );
  if (parsed.kind === 'malformed') {
    return { kind: 'refused', message: `Expected ${parsed.expected} as ${parsed.path.replace('$.', '')}.` };
  }
  if (parsed.kind === 'seed') throw new Error('bug: a typed login has a user name');
  const checkedAt = new Date().toISOString();
  const proof = await logIn(parsed.credential);
  const answer = { secretId: null, versionId: null, checkedAt, ...shownBy(parsed.credential, proof) };
  return { kind: 'validated', answer, evidence: proof.evidence };
}

/** Reads the secret with the caller's own AWS credentials and region. */
export async function validateStored(secretId: string): Promise<Outcome> {
  let evidence: LoginEvidence | null = null;
  const proveAndKeep = async (credential: Credential) => {
    const proof = await logIn(credential);
    evidence = proof.evidence;
    return proof;
  };
  try {
    const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    const store = new SecretStore(new SecretsManagerClient());
    const outcome = await validateSecret(store, proveAndKeep, { secretId });
    if (outcome.kind === 'validated') return { kind: 'validated', answer: outcome.result, evidence };
    return { kind: 'refused', message: REFUSALS[outcome.kind] };
  } catch (error) {
    return awsFailure(error);
  }
}

/**
 * The Lambda's network guard keeps strangers from dialling inside a network that they are not in. The person here
 * reaches no further than by any other program, and a company's server may well have a private address.
 */
async function logIn(credential: Credential): Promise<LoginOutcome> {
  const network = new Network({ ports: [credential.endpoint.port], networks: ANYWHERE });
  const ready = await loginCredential(credential, BUDGET_MS);
  if (ready.kind === 'failed') return { result: resultWith(ready.verdict), evidence: null };
  const evidence = await login(ready.credential, BUDGET_MS, network);
  return { result: resultOf(evidence), evidence };
}
