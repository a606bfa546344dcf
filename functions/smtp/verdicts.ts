import type { Stage } from './evidence.ts';
import { CONNECTION_MEANINGS } from './meanings/connection.ts';
import type { Meaning } from './meanings/meaning.ts';
import { REPLY_MEANINGS } from './meanings/reply.ts';
import { TLS_MEANINGS } from './meanings/tls.ts';
import { UNTRIED_MEANINGS } from './meanings/untried.ts';

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
export type CredentialState = 'good' | 'bad' | 'unknown';

export interface Retry {
  readonly allowed: boolean;
  readonly afterSeconds?: number;
}

const MEANINGS: Readonly<Record<Verdict, Meaning>> = {
  ...REPLY_MEANINGS,
  ...TLS_MEANINGS,
  ...CONNECTION_MEANINGS,
  ...UNTRIED_MEANINGS,
};

/** Every verdict there is. */
export const VERDICTS = Object.keys(MEANINGS) as readonly Verdict[];

/** What a verdict says of the credential, whether a retry may help, and what a person should do. */
export function meaningOf(verdict: Verdict): Meaning {
  return MEANINGS[verdict];
}
