import type { Stage } from './evidence.ts';

/** The stages that a server or network can spoil; `done` is none of them. */
export type BrokenStage = Exclude<Stage, 'done'>;

/** What a reply or a mechanism's own check proved: meanings/reply.ts. */
export type ReplyVerdict =
  | 'valid'
  | 'rejected'
  | 'rejected-or-disabled'
  | 'token-rejected'
  | 'token-not-accepted'
  | 'account-disabled'
  | 'throttled'
  | 'unavailable'
  | 'rate-limited'
  | 'temporary'
  | 'quota-exceeded'
  | 'daily-quota-exceeded'
  | 'password-transition'
  | 'app-password-required'
  | 'interactive-challenge'
  | 'auth-disabled-by-policy'
  | 'blocked-by-conditional-access'
  | 'basic-auth-retired'
  | 'account-not-enabled'
  | 'auth-not-offered'
  | 'auth-required'
  | 'auth-syntax'
  | 'auth-line-too-long'
  | 'bad-sequence'
  | 'mechanism-unsupported'
  | 'mechanism-too-weak'
  | 'not-supported'
  | 'server-unproven'
  | 'scram-iterations'
  | 'tls-required'
  // Said in a reply by some servers, by a TLS alert by others.
  | 'tls-client-certificate-required'
  | 'tls-unavailable'
  | 'starttls-missing'
  | 'ip-refused'
  | 'server-refused'
  | 'protocol-error';

type TlsUntrusted =
  | 'tls-untrusted:expired'
  | 'tls-untrusted:not-yet-valid'
  | 'tls-untrusted:wrong-host'
  | 'tls-untrusted:self-signed'
  | 'tls-untrusted:unknown-ca'
  | 'tls-untrusted:incomplete-chain'
  | 'tls-untrusted:revoked'
  | 'tls-untrusted:other';

/** `plain-spoken`: the server speaks plain text where TLS was begun; `tls-expected`: it wants TLS where plain text was begun. */
type TlsModeMismatch = 'tls-mode-mismatch:plain-spoken' | 'tls-mode-mismatch:tls-expected';

/** Why there was no verified TLS session: meanings/tls.ts. */
export type TlsVerdict =
  | TlsUntrusted
  | TlsModeMismatch
  | 'tls-too-old'
  | 'tls-client-certificate-required'
  | 'tls-failed';

/** How the connection ended without an answer: meanings/connection.ts. */
export type ConnectionVerdict =
  | 'dns-not-found'
  | 'dns-failed'
  | 'refused'
  | 'unreachable'
  | 'egress-blocked'
  | `timeout:${BrokenStage}`
  | `closed:${BrokenStage}`;

/** Why there was no access token to log in with: providers/login-credential.ts. */
export type TokenFailure = 'client-secret-rejected' | 'token-refused' | 'token-unavailable';

/** Why nothing was dialled, or an answer not taken at its word: meanings/untried.ts. */
export type UntriedVerdict =
  | TokenFailure
  | 'malformed-secret'
  | 'no-login-yet'
  | 'held-back'
  | 'rejected-unconfirmed'
  | 'port-not-allowed'
  | 'address-not-allowed';

/** What one login proved. Closed: each has its meaning in advice.ts. */
export type Verdict = ReplyVerdict | TlsVerdict | ConnectionVerdict | UntriedVerdict;

/** `bad` only after a definite refusal of the credential; `good` only after a 235 over verified TLS. */
export type CredentialTruth = 'good' | 'bad' | 'unknown';

export interface Retry {
  readonly allowed: boolean;
  readonly afterSeconds?: number;
}

/**
 * Which limit held a login back: the failures of its account, those of all accounts of its host, a server that asked to be
 * left alone, or other logins under way that may still fail.
 */
export const HELD_BACK_REASONS = ['failures', 'host-failures', 'throttled', 'under-way'] as const;
export type HeldBackReason = (typeof HELD_BACK_REASONS)[number];

export interface HeldBack {
  readonly reason: HeldBackReason;
  /** ISO 8601: nothing is dialled before. */
  readonly until: string;
}

export interface Judgement {
  readonly credential: CredentialTruth;
  readonly verdict: Verdict;
  readonly advice: string;
  readonly retry: Retry;
  /** With the verdict `held-back` only. */
  readonly heldBack?: HeldBack;
}
