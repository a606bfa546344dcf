type TlsUntrusted =
  | 'tls-untrusted:expired'
  | 'tls-untrusted:not-yet-valid'
  | 'tls-untrusted:wrong-host'
  | 'tls-untrusted:self-signed'
  | 'tls-untrusted:unknown-ca'
  | 'tls-untrusted:incomplete-chain'
  | 'tls-untrusted:revoked'
  | 'tls-untrusted:other';

export type TlsVerdict = TlsUntrusted | 'tls-mode-mismatch' | 'tls-too-old' | 'tls-failed';

/** What one login proved. Closed: each has its meaning in advice.ts. */
export type Verdict =
  | 'valid'
  | 'rejected'
  | 'account-disabled'
  | 'throttled'
  | 'rate-limited'
  | 'temporary'
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
  | 'tls-required'
  | 'tls-unavailable'
  | 'starttls-missing'
  | TlsVerdict
  | 'server-refused'
  | 'unreachable'
  | 'timeout'
  | 'closed'
  | 'protocol-error'
  | 'malformed-secret'
  | 'no-login-yet';

/** `bad` only after a definite refusal of the credential; `good` only after a 235 over verified TLS. */
export type CredentialTruth = 'good' | 'bad' | 'unknown';

export interface Retry {
  readonly allowed: boolean;
  readonly afterSeconds?: number;
}

export interface Judgement {
  readonly credential: CredentialTruth;
  readonly verdict: Verdict;
  readonly advice: string;
  readonly retry: Retry;
}
