import { pendingByLabels } from '../../lifecycle/stuck.ts';
import type { LoginEvidence } from '../../smtp/evidence.ts';
import type { HeldBackReason, LoginOutcome } from '../../smtp/login-result.ts';
import { awsPage, rfc } from '../../smtp/reference.ts';
import type { Verdict } from '../../smtp/verdicts.ts';
import {
  type Check,
  decide,
  fail,
  info,
  notApplicable,
  type Outcome,
  pass,
  unknown,
  warn,
} from '../check.ts';
import {
  type CredentialFacts,
  isManual,
  onCredential,
  reasonOf,
  replyOutcome,
} from '../subjects/credential.ts';

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

const NO_LOGIN = 'No login succeeded, so the sender was not tried; see `cred.login`.';

const THROTTLED: readonly Verdict[] = [
  'throttled',
  'unavailable',
  'rate-limited',
  'temporary',
  'quota-exceeded',
  'daily-quota-exceeded',
];

const HELD_BACK: Readonly<Record<HeldBackReason, string>> = {
  failures: 'the failed logins of its account have spent the budget',
  'host-failures': 'the failed logins at its host have spent the budget',
  throttled: 'the server asked to slow down',
  'under-way': 'the logins under way might spend what is left of the budget',
};

export const credentialChecks: readonly Check[] = [
  {
    id: 'cred.login',
    practices: [5],
    title: 'Login',
    severity: 'critical',
    needs: ['login'],
    why: 'Mail that depends on a dead credential is lost or piles up, and nobody notices until a customer asks.',
    remediation: 'Rotate the secret, or store the user name and password that the provider shows now.',
    reference: rfc(4954, '4'),
    rule: onCredential((_credential, { login }) => decide(login, loginOutcome)),
  },
  {
    id: 'cred.login-tested',
    practices: [5, 17],
    title: 'Login actually tried',
    severity: 'high',
    needs: ['login'],
    why: 'A server that offers no AUTH lets many tools report success although the password was never checked.',
    remediation:
      'Point the secret at the submission port of the provider, or enable AUTH there with a mechanism that both sides support.',
    reference: rfc(4954, '3'),
    rule: onCredential((_credential, { login }) =>
      decide(login, ({ result, evidence }) => {
        if (!evidence) return unknown(reasonOf(result.verdict), result.advice);
        const { authSent, failure, offered } = evidence;
        if (authSent) return pass('AUTH was sent over verified TLS and the server answered it.');
        if (failure?.kind === 'auth-not-offered')
          return fail('Under TLS the server offers no AUTH mechanism.');
        if (failure?.kind === 'no-common-mechanism')
          return fail(
            `The server offers only ${offered?.join(', ') || 'unregistered mechanisms'}, none of which this credential can use.`,
          );
        return unknown('not-reached', 'The attempt ended before AUTH; see `cred.login`.');
      }),
    ),
  },
  {
    id: 'cred.mail-from',
    practices: [5, 9],
    title: 'Sender address',
    severity: 'high',
    needs: ['login'],
    why: 'A login that works is of no use if the server does not let it send from the address of the application.',
    remediation:
      'Allow this login to send as the address in `from` of the secret, or correct `from`. Amazon SES checks the sender only once it has the whole message: see `cred.canary-send`.',
    reference: rfc(6409, '6.1'),
    rule: onCredential(({ from }, { login, rehearsal }) => {
      if (!from) return notApplicable('The secret names no sender.');
      return decide(login, ({ result }) => {
        if (result.credential !== 'good') return unknown(reasonOf(result.verdict), NO_LOGIN);
        const { sender } = rehearsal;
        if (!sender) return unknown('not-reached', 'MAIL FROM was not answered.');
        return replyOutcome(sender, 'MAIL FROM');
      });
    }),
  },
  {
    id: 'cred.pending',
    practices: [3],
    title: 'Pending version',
    severity: 'medium',
    needs: ['secret'],
    why: 'A new credential becomes the current one only after a login with it; one that stays pending for long is a rotation that is stuck, and nobody has the new password.',
    remediation:
      'Look at the log of the rotation function for the reason, then rotate again; the current version stays in use until the new one is proven.',
    reference: awsPage(
      'Rotation function steps',
      'secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html',
    ),
    rule: ({ description, content, examinedAt }) => {
      const pending = pendingByLabels(description, isManual(content));
      if (pending.kind !== 'open')
        return notApplicable('No version is under way: the next rotation tests its own before it is used.');
      const evidence = 'A new version is waiting for its login test; the current one stays in use.';
      if (description.lastChangedAt === null) return unknown('not-found', evidence);
      return examinedAt >= pending.givenUpFrom
        ? fail(`${evidence} It has been for so long that nobody is expected to take it up.`)
        : pass(evidence);
    },
  },
  {
    id: 'cred.previous-revoked',
    practices: [3, 14],
    title: 'Replaced credential',
    severity: 'high',
    needs: ['value', 'login'],
    why: 'As long as the replaced password still works, whoever has copied it can go on sending, and the rotation was in vain.',
    remediation:
      'Find out who still uses it (the digest and `credential.retired` in the log tell), give them the new version, and let the retirement deactivate and delete it.',
    reference: awsPage('Rotation strategies', 'secretsmanager/latest/userguide/rotation-strategy.html'),
    rule: onCredential((_credential, { previous }) =>
      decide(previous, (tried) => {
        if (tried.kind === 'not-tried') return notApplicable(tried.because);
        if (tried.kind === 'active')
          return fail('After its overlap the provider still lists the replaced credential as active.');
        const { credential, verdict } = tried.outcome.result;
        if (credential === 'good') return fail('After its overlap the replaced credential still logs in.');
        if (credential === 'bad') return pass(`The replaced credential is refused: ${verdict}.`);
        return unknown(reasonOf(verdict), `Tried once with the replaced credential: ${verdict}.`);
      }),
    ),
  },
  {
    id: 'limit.client-throttle',
    practices: [6],
    title: 'Our own failed logins',
    severity: 'low',
    needs: ['login'],
    why: 'A tool that retries without end locks the very account it should look after; a budget of failed logins for each account and each host, shared by rotation, validation and audit, prevents that.',
    remediation:
      'Find out what fails: a spent budget means that a wrong password was tried several times. Raise `loginBudget.failures` (of an account) or `loginBudget.hostFailures` (of a host) only as far as the server allows.',
    reference: awsPage('Exponential backoff and jitter', 'sdkref/latest/guide/feature-retry-behavior.html'),
    rule: onCredential((_credential, { login }) =>
      decide(login, ({ result: { verdict, retry, heldBack } }) =>
        verdict === 'held-back'
          ? info(
              `The login was held back for ${retry.afterSeconds ?? 0} s: ${HELD_BACK[heldBack?.reason ?? 'failures']}.`,
            )
          : pass('The login stayed within the budget of failed logins.'),
      ),
    ),
  },
  {
    id: 'limit.server-signal',
    practices: [6],
    title: 'Throttling by the server',
    severity: 'low',
    needs: ['login', 'server'],
    why: 'A server that asks to slow down will refuse mail next. Keyturn never searches for the limit itself: that would be an attack.',
    remediation:
      'Open fewer connections at once and keep them open for several messages; with Amazon SES, request a higher sending rate.',
    reference: rfc(5321, '3.8'),
    rule: onCredential((_credential, facts) => signalOutcome(facts)),
  },
];

function loginOutcome({ result: { credential, verdict, advice }, evidence }: LoginOutcome): Outcome {
  if (credential === 'good') return pass(`Logged in with ${evidence?.used} over ${evidence?.tls?.protocol}.`);
  const seen = `${verdict}: ${advice}`;
  if (credential === 'bad')
    return fail(evidence ? `${verdict}: the server answered "${replyText(evidence)}".` : seen);
  if (POLICIES.includes(verdict)) return warn(seen);
  return unknown(reasonOf(verdict), seen);
}

function replyText({ reply }: LoginEvidence): string {
  return [reply?.code, reply?.enhanced, reply?.text].filter(Boolean).join(' ');
}

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
    ...(surveyed ? ['a 4yz reply while its TLS was surveyed'] : []),
  ];
}
