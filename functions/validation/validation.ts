import type { TlsFacts } from '../net/certificate.ts';
import type { Endpoint } from '../net/endpoint.ts';
import { logger } from '../observe/logger.ts';
import { countMetric, countProvenLogin } from '../observe/metrics.ts';
import { type Credential, parseSecret } from '../providers/secret.ts';
import { versionWith } from '../secrets/description.ts';
import type { SecretReader, SecretValue } from '../secrets/store.ts';
import type { LoginEvidence, Reply } from '../smtp/evidence.ts';
import { type LoginOutcome, type LoginResult, resultWith } from '../smtp/login-result.ts';
import type { Validations } from '../table/validations.ts';
import type { ValidationRequest, ValidationResult } from './contract.ts';

/** A validation, or why there is none: the caller answers 403 or 404. */
export type ValidationOutcome =
  | {
      readonly kind: 'validated';
      readonly secretArn: string;
      readonly secretName: string;
      /** Whether the version carries AWSCURRENT: only that proves the credential in use. */
      readonly current: boolean;
      readonly result: ValidationResult;
    }
  | { readonly kind: 'not-managed' }
  | { readonly kind: 'not-found' };

/** Tries a credential; the Lambda does it inside the login budget (functions/budget), the command line by one login. */
export type Prove = (credential: Credential, secretArn: string) => Promise<LoginOutcome>;

/** Reads one version of a managed secret and has it proven. `now` in milliseconds since 1970. */
export async function validateSecret(
  secrets: SecretReader,
  prove: Prove,
  { secretId, versionId, versionStage }: ValidationRequest,
  now: () => number = Date.now,
): Promise<ValidationOutcome> {
  const secret = await secrets.describe(secretId);
  if (secret.kind === 'not-found') return { kind: 'not-found' };
  if (secret.kind === 'denied' || !secret.managed) return { kind: 'not-managed' };
  const stage = versionId ? versionStage : (versionStage ?? 'AWSCURRENT');
  const value = await secrets.read(secret.arn, { ...(versionId && { versionId }), ...(stage && { stage }) });
  if (value.kind === 'absent' && (versionId || versionStage)) return { kind: 'not-found' };
  const checkedAt = new Date(now()).toISOString();
  const version = value.kind === 'value' ? value.versionId : null;
  const current = version !== null && version === versionWith('AWSCURRENT', secret);
  const shown = await show(value, (credential) => prove(credential, secret.arn));
  const result = { secretId, versionId: version, checkedAt, ...shown };
  return { kind: 'validated', secretArn: secret.arn, secretName: secret.name, current, result };
}

export type Unvalidated = Readonly<{ error: 'not-managed' | 'not-found'; message: string }>;

export interface ValidationPorts {
  readonly secrets: SecretReader;
  readonly validations: Pick<Validations, 'record'>;
  /** Marks (observe/names.ts) of the secrets whose proven logins an alarm waits for. */
  readonly watched: ReadonlySet<string>;
}

/** Validates one secret, and puts the result into the log, the metrics and the ledger. */
export async function validate(
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

type Shown = Omit<ValidationResult, 'secretId' | 'versionId' | 'checkedAt'>;

async function show(
  value: SecretValue,
  prove: (credential: Credential) => Promise<LoginOutcome>,
): Promise<Shown> {
  if (value.kind === 'absent') return untried(resultWith('no-login-yet'));
  const parsed = parseSecret(value.text.reveal());
  switch (parsed.kind) {
    case 'malformed': {
      const result = resultWith('malformed-secret');
      const advice = `${result.advice} Expected ${parsed.expected} at ${parsed.path}.`;
      return untried({ ...result, advice });
    }
    case 'seed':
      return { ...untried(resultWith('no-login-yet')), endpoint: publicEndpoint(parsed.endpoint) };
    case 'credential':
      return shownBy(parsed.credential, await prove(parsed.credential));
  }
}

/** The part of the answer that one login gives. */
export function shownBy({ endpoint }: Credential, { result, evidence }: LoginOutcome): Shown {
  if (evidence) return { ...result, ...observed(evidence) };
  return { ...untried(result), endpoint: publicEndpoint(endpoint) };
}

function untried(result: LoginResult): Shown {
  return { ...result, authSent: false, endpoint: null, tls: null, auth: null, reply: null, timings: null };
}

function observed({ authSent, endpoint, tls, offered, used, reply, timings }: LoginEvidence) {
  const auth = offered && { offered, used };
  return {
    authSent,
    endpoint,
    tls: tls && publicTls(tls),
    auth,
    reply: reply && publicReply(reply),
    timings,
  };
}

function publicReply({ code, enhanced, text }: Reply) {
  return { code, enhanced, text };
}

function publicEndpoint({ host, port, security }: Endpoint) {
  return { host, port, security };
}

function publicTls({ protocol, cipher, group, certificate }: TlsFacts) {
  const { subject, issuer, validTo, daysLeft, fingerprint256 } = certificate;
  return { protocol, cipher, group, certificate: { subject, issuer, validTo, daysLeft, fingerprint256 } };
}
