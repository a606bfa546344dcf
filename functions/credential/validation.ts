import type { LoginEvidence, TlsFacts } from '../smtp/evidence.ts';
import type { Judgement } from '../smtp/judgement.ts';
import { login } from '../smtp/login.ts';
import { judge, judgementOf } from '../smtp/verdict.ts';
import type { Endpoint } from './credential.ts';
import { parseSecret } from './schema.ts';
import { type SecretStore, type SecretValue, versionWith } from './store.ts';

export interface ValidationRequest {
  /** ARN or name. */
  readonly secretId: string;
  readonly versionStage?: string | undefined;
  readonly versionId?: string | undefined;
}

/** The answer of `POST /validations` (DESIGN section 4). No secret and no mail address is in it. */
export interface ValidationResult extends Judgement {
  readonly secretId: string;
  readonly versionId: string | null;
  /** ISO 8601. */
  readonly checkedAt: string;
  readonly authSent: boolean;
  readonly endpoint: Pick<Endpoint, 'host' | 'port' | 'security'> | null;
  readonly tls: ReturnType<typeof publicTls> | null;
  readonly auth: { readonly offered: readonly string[]; readonly used: string | null } | null;
  readonly reply: LoginEvidence['reply'];
  readonly timings: LoginEvidence['timings'] | null;
}

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

/** Reads one version of a managed secret and proves it by one login. `now` in milliseconds since 1970. */
export async function validateSecret(
  store: SecretStore,
  { secretId, versionId, versionStage }: ValidationRequest,
  budgetMs: number,
  now: () => number = Date.now,
): Promise<ValidationOutcome> {
  const secret = await store.describe(secretId);
  if (secret.kind === 'not-found') return { kind: 'not-found' };
  if (secret.kind === 'denied' || !secret.managed) return { kind: 'not-managed' };
  const stage = versionId ? versionStage : (versionStage ?? 'AWSCURRENT');
  const value = await store.read(secret.arn, { ...(versionId && { versionId }), ...(stage && { stage }) });
  if (value.kind === 'absent' && (versionId || versionStage)) return { kind: 'not-found' };
  const checkedAt = new Date(now()).toISOString();
  const version = value.kind === 'value' ? value.versionId : null;
  const current = version !== null && version === versionWith('AWSCURRENT', secret);
  const result = { secretId, versionId: version, checkedAt, ...(await prove(value, budgetMs)) };
  return { kind: 'validated', secretArn: secret.arn, secretName: secret.name, current, result };
}

type Proof = Omit<ValidationResult, 'secretId' | 'versionId' | 'checkedAt'>;

async function prove(value: SecretValue, budgetMs: number): Promise<Proof> {
  if (value.kind === 'absent') return untried(judgementOf('no-login-yet'));
  const parsed = parseSecret(value.text.reveal());
  switch (parsed.kind) {
    case 'malformed': {
      const judgement = judgementOf('malformed-secret');
      const advice = `${judgement.advice} Expected ${parsed.expected} at ${parsed.path}.`;
      return untried({ ...judgement, advice });
    }
    case 'seed':
      return { ...untried(judgementOf('no-login-yet')), endpoint: publicEndpoint(parsed.endpoint) };
    case 'credential': {
      const evidence = await login(parsed.credential, budgetMs);
      return { ...judge(evidence), ...observed(evidence) };
    }
  }
}

function untried(judgement: Judgement): Proof {
  return { ...judgement, authSent: false, endpoint: null, tls: null, auth: null, reply: null, timings: null };
}

function observed({ authSent, endpoint, tls, offered, used, reply, timings }: LoginEvidence) {
  const auth = offered && { offered, used };
  return { authSent, endpoint, tls: tls && publicTls(tls), auth, reply, timings };
}

function publicEndpoint({ host, port, security }: Endpoint) {
  return { host, port, security };
}

function publicTls({ protocol, cipher, group, certificate }: TlsFacts) {
  const { subject, issuer, validTo, daysLeft, fingerprint256 } = certificate;
  return { protocol, cipher, group, certificate: { subject, issuer, validTo, daysLeft, fingerprint256 } };
}
