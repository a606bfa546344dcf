import type { HeldBackReason } from '../../smtp/login-result.ts';
import { awsPage, rfc } from '../../smtp/reference.ts';
import type { Verdict } from '../../smtp/verdicts.ts';
import type { Check } from '../check.ts';
import type { CredentialFacts } from '../facts/credential-facts.ts';
import { decide } from '../gathered.ts';
import { info, type Outcome, pass, unknown } from '../outcome.ts';
import { onCredential } from './subject.ts';

const THROTTLED: readonly Verdict[] = [
  'throttled',
  'unavailable',
  'rate-limited',
  'temporary',
  'quota-exceeded',
  'daily-quota-exceeded',
];

const HELD_BACK: Readonly<Record<HeldBackReason, string>> = {
  failures: 'as many logins of its account failed as may fail',
  'host-failures': 'as many logins failed at its host as may fail there',
  throttled: 'the server asked to be left alone',
  'under-way': 'as many logins were under way as may fail',
};

export const limitChecks: readonly Check[] = [
  {
    id: 'limit.client-throttle',
    practices: [6],
    title: 'Our own failed logins',
    severity: 'low',
    needs: ['login'],
    why: 'A tool that tries again and again locks the account that it should look after; a budget for failed logins of an account and of a host, shared by rotation, validation and audit, prevents it.',
    remediation:
      'Find out who fails: a budget that is spent means that a wrong password was tried several times. Raise `loginBudget.failures` (of an account) or `loginBudget.hostFailures` (of a host) only as far as the server allows.',
    reference: awsPage('Exponential backoff and jitter', 'sdkref/latest/guide/feature-retry-behavior.html'),
    rule: onCredential((_credential, { login }) =>
      decide(login, ({ result: { verdict, retry, heldBack } }) =>
        verdict === 'held-back'
          ? info(
              `The login was held back for ${retry.afterSeconds ?? 0} s: ${HELD_BACK[heldBack?.reason ?? 'failures']}.`,
            )
          : pass('The login stayed inside the budget for failed logins.'),
      ),
    ),
  },
  {
    id: 'limit.server-signal',
    practices: [6],
    title: 'Throttling by the server',
    severity: 'low',
    needs: ['login', 'server'],
    why: 'A server that asks to slow down will refuse mail next; the limit itself is never searched for, because that is an attack.',
    remediation:
      'Open fewer connections at once and keep them open for several messages; at Amazon SES ask for a higher sending rate.',
    reference: rfc(5321, '3.8'),
    rule: onCredential((_credential, facts) => signalOutcome(facts)),
  },
];

function signalOutcome({ login, server }: CredentialFacts): Outcome {
  const seen = [...loginSignals(login), ...serverSignals(server)];
  if (seen.length > 0) return info(`The server asked to slow down: ${seen.join(', ')}.`);
  if (!login.known) return unknown(login.reason, `Not read: ${login.detail}.`);
  if (!server.known) return unknown(server.reason, `Not read: ${server.detail}.`);
  const { evidence } = login.value;
  return evidence && (evidence.greeting !== null || evidence.reply !== null)
    ? pass('The server never asked to slow down.')
    : unknown('not-reached', 'The server said nothing; see `cred.login`.');
}

function loginSignals(login: CredentialFacts['login']): string[] {
  if (!login.known || !THROTTLED.includes(login.value.result.verdict)) return [];
  return [`${login.value.result.verdict} in the login`];
}

function serverSignals(server: CredentialFacts['server']): string[] {
  if (!server.known) return [];
  const { interrupted, handshakes, ciphers, injection } = server.value;
  const surveyed = [...Object.values(handshakes), ...Object.values(ciphers), injection].some(
    (one) => one?.result === 'unknown' && one.reason === 'throttled',
  );
  return [
    ...(interrupted?.reason === 'throttled' ? [`${interrupted.code} in the probe`] : []),
    ...(surveyed ? ['a 4yz reply during the survey of its TLS'] : []),
  ];
}
