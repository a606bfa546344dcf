import type { Verdict } from '../../smtp/verdicts.ts';
import type { UnknownReason } from '../outcome.ts';

const REASONS: Partial<Record<Verdict, UnknownReason>> = {
  throttled: 'throttled',
  'rate-limited': 'throttled',
  temporary: 'temporary',
  'tls-unavailable': 'temporary',
  unavailable: 'temporary',
  'quota-exceeded': 'throttled',
  'daily-quota-exceeded': 'throttled',
  'rejected-or-disabled': 'refused',
  'token-refused': 'refused',
  'token-not-accepted': 'refused',
  'token-unavailable': 'temporary',
  'held-back': 'held-back',
  'rejected-unconfirmed': 'unconfirmed',
  'egress-blocked': 'egress-blocked',
  'port-not-allowed': 'not-allowed',
  'address-not-allowed': 'not-allowed',
  'dns-not-found': 'unreachable',
  'dns-failed': 'unreachable',
  refused: 'unreachable',
  unreachable: 'unreachable',
  'protocol-error': 'protocol-error',
  'scram-iterations': 'protocol-error',
  'ip-refused': 'refused',
  'server-refused': 'refused',
  'tls-failed': 'tls-failed',
  'tls-too-old': 'tls-failed',
  'tls-client-certificate-required': 'tls-failed',
  'tls-mode-mismatch:plain-spoken': 'tls-failed',
  'tls-mode-mismatch:tls-expected': 'tls-failed',
};

/** Why a verdict that is neither good nor bad says nothing of the credential. */
export function reasonOf(verdict: Verdict): UnknownReason {
  if (verdict.startsWith('timeout:')) return 'timeout';
  if (verdict.startsWith('closed:')) return 'closed';
  if (verdict.startsWith('tls-untrusted:')) return 'tls-failed';
  return REASONS[verdict] ?? 'not-reached';
}
