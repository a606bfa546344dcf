import type { Proof } from '../../credential/validation.ts';
import type { LoginEvidence } from '../../smtp/evidence.ts';
import type { Verdict } from '../../smtp/judgement.ts';
import { rfc } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import { decide } from '../gathered.ts';
import { fail, type Outcome, pass, type UnknownReason, unknown, warn } from '../outcome.ts';
import { onCredential } from './subject.ts';

/** The server is there and the password was not the reason: a person has to change something at the provider. */
const POLICIES: readonly Verdict[] = [
  'password-transition',
  'app-password-required',
  'interactive-challenge',
  'auth-disabled-by-policy',
  'blocked-by-conditional-access',
  'basic-auth-retired',
  'account-not-enabled',
];

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
  'ip-refused': 'refused',
  'server-refused': 'refused',
  'tls-failed': 'tls-failed',
};

export const credentialChecks: readonly Check[] = [
  {
    id: 'cred.login',
    practices: [5],
    title: 'Login',
    severity: 'critical',
    why: 'Mail that depends on a dead credential is lost or piles up, and nobody sees it until a customer asks.',
    mend: 'Rotate the secret, or store the user name and password that the provider shows today.',
    reference: rfc(4954, '4'),
    rule: onCredential((_credential, { login }) => decide(login, loginOutcome)),
  },
  {
    id: 'cred.login-tested',
    practices: [5, 17],
    title: 'Login really tried',
    severity: 'high',
    why: 'A server that offers no AUTH lets many tools report success although the password was never looked at.',
    mend: 'Point the secret at the submission port of the provider, or enable AUTH there, with a mechanism that both sides know.',
    reference: rfc(4954, '3'),
    rule: onCredential((_credential, { login }) =>
      decide(login, ({ judgement, evidence }) => {
        if (!evidence) return unknown(REASONS[judgement.verdict] ?? 'not-reached', judgement.advice);
        const { authSent, failure, offered } = evidence;
        if (authSent) return pass('AUTH was sent over verified TLS and the server answered it.');
        if (failure?.kind === 'auth-not-offered')
          return fail('After TLS the server lists no AUTH mechanism.');
        if (failure?.kind === 'no-common-mechanism')
          return fail(`The server lists only ${offered?.join(', ')}, none of which this credential can use.`);
        return unknown('not-reached', 'The attempt ended before AUTH; see `cred.login`.');
      }),
    ),
  },
];

function loginOutcome({ judgement: { credential, verdict, advice }, evidence }: Proof): Outcome {
  if (credential === 'good') return pass(`Logged in with ${evidence?.used} over ${evidence?.tls?.protocol}.`);
  const seen = `${verdict}: ${advice}`;
  if (credential === 'bad')
    return fail(evidence ? `${verdict}: the server answered "${replyText(evidence)}".` : seen);
  if (POLICIES.includes(verdict)) return warn(seen);
  return unknown(reasonOf(verdict), seen);
}

function reasonOf(verdict: Verdict): UnknownReason {
  if (verdict.startsWith('timeout:')) return 'timeout';
  if (verdict.startsWith('closed:')) return 'closed';
  return REASONS[verdict] ?? 'not-reached';
}

function replyText({ reply }: LoginEvidence): string {
  return [reply?.code, reply?.enhanced, reply?.text].filter(Boolean).join(' ');
}
