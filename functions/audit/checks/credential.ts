import type { LoginEvidence } from '../../smtp/evidence.ts';
import type { Verdict } from '../../smtp/judgement.ts';
import { judge } from '../../smtp/verdict.ts';
import { type Check, rfc } from '../check.ts';
import { decide } from '../gathered.ts';
import { fail, type Outcome, pass, type UnknownReason, unknown, warn } from '../outcome.ts';
import { onCredential } from './subject.ts';

/** AWS blocks it for Lambda, so a timeout there is no fault of the server. */
const BLOCKED_PORT = 25;

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
  timeout: 'timeout',
  unreachable: 'unreachable',
  closed: 'closed',
  'protocol-error': 'protocol-error',
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
    rule: onCredential(({ endpoint }, { login }) =>
      decide(login, (evidence) => loginOutcome(evidence, endpoint.port)),
    ),
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
      decide(login, ({ authSent, failure, offered }) => {
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

function loginOutcome(evidence: LoginEvidence, port: number): Outcome {
  const { credential, verdict, advice } = judge(evidence);
  if (credential === 'good') return pass(`Logged in with ${evidence.used} over ${evidence.tls?.protocol}.`);
  if (credential === 'bad') return fail(`${verdict}: the server answered "${replyText(evidence)}".`);
  const seen = `${verdict}: ${advice}`;
  if (POLICIES.includes(verdict)) return warn(seen);
  if (verdict === 'timeout' && port === BLOCKED_PORT) return unknown('egress-blocked', seen);
  return unknown(REASONS[verdict] ?? 'not-reached', seen);
}

function replyText({ reply }: LoginEvidence): string {
  return [reply?.code, reply?.enhanced, reply?.text].filter(Boolean).join(' ');
}
