import { meaningOf } from './advice.ts';
import type { Failure, LoginEvidence, Reply, Stage } from './evidence.ts';
import { isTransient, judgeAuthReply } from './reply-table.ts';
import { judgeCertificate, judgeHandshake } from './tls-verdict.ts';

export type TlsUntrusted =
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

/** What the evidence of one login means. Pure; the table is in reply-table.ts, the wording in advice.ts. */
export function judge(evidence: LoginEvidence): Judgement {
  return judgementOf(verdictOf(evidence));
}

/** A verdict with its meaning; for verdicts reached without a login too (`malformed-secret`, `no-login-yet`). */
export function judgementOf(verdict: Verdict): Judgement {
  return { verdict, ...meaningOf(verdict) };
}

function verdictOf({ failure, stage, authSent, reply }: LoginEvidence): Verdict {
  if (failure) return failureVerdict(failure, stage);
  return authSent && reply?.code === 235 ? 'valid' : 'protocol-error';
}

function failureVerdict(failure: Failure, stage: Stage): Verdict {
  switch (failure.kind) {
    case 'reply':
      return replyVerdict(failure.reply, stage);
    case 'certificate':
      return judgeCertificate(failure.code);
    case 'tls':
      return judgeHandshake(failure.code);
    case 'network':
      return failure.code === 'ETIMEDOUT' ? 'timeout' : 'unreachable';
    case 'no-common-mechanism':
      return 'mechanism-unsupported';
    case 'protocol':
      return 'protocol-error';
    default:
      return failure.kind;
  }
}

function replyVerdict(reply: Reply, stage: Stage): Verdict {
  if (stage === 'auth') return judgeAuthReply(reply);
  if (stage === 'starttls') return isTransient(reply) ? 'tls-unavailable' : 'starttls-missing';
  if (reply.code === 421) return 'throttled';
  return isTransient(reply) ? 'temporary' : 'server-refused';
}
