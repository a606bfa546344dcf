import { known, missing } from '../../../../functions/audit/check.ts';
import { NOTHING_HEARD } from '../../../../functions/audit/facts/rehearsal.ts';
import { resultWith } from '../../../../functions/smtp/login-result.ts';
import type { Verdict } from '../../../../functions/smtp/verdicts.ts';
import {
  DAY,
  denied,
  elsewhere,
  HOUR,
  malformed,
  NOW,
  seed,
  server,
  soundFacts,
  withDescription,
  withLogin,
  withServer,
} from '../sound-facts.ts';
import type { Cases } from './case.ts';

const refused = (code: number, enhanced: string, text: string) => {
  const reply = { code, enhanced, text };
  return withLogin({ stage: 'auth', failure: { kind: 'reply', reply }, reply });
};
const before = { stage: 'connect', authSent: false } as const;
const timedOut = withLogin({ ...before, failure: { kind: 'timeout' } });
const timedOutOn25 = withLogin({
  ...before,
  endpoint: { host: 'mail.example.com', port: 25, security: 'starttls' },
  failure: { kind: 'timeout' },
});
const closed = withLogin({ stage: 'auth', failure: { kind: 'closed' } });
const forbidden = withLogin({ ...before, stage: 'dns', failure: { kind: 'forbidden', code: 'address' } });

const heldBack = { login: known({ result: resultWith('held-back'), evidence: null }) };
const untried = (verdict: Verdict) => ({ login: known({ result: resultWith(verdict), evidence: null }) });
const noTable = { login: missing('aws-error', 'InternalServerError') };
const { login } = soundFacts;
const unconfirmed = {
  login: login.known ? known({ ...login.value, result: resultWith('rejected-unconfirmed') }) : login,
};
const sender = (code: number, enhanced: string, text: string) => ({
  rehearsal: { ...NOTHING_HEARD, sender: { code, enhanced, text } },
});
const pending = (lastChangedAt: number | null, version: string) =>
  withDescription({
    lastChangedAt,
    stages: {
      current: ['AWSCURRENT'],
      [version]: version === 'current' ? ['AWSCURRENT', 'AWSPENDING'] : ['AWSPENDING'],
    },
  });
const manual = {
  content: known({
    kind: 'seed' as const,
    endpoint: { host: 'mail.example.com', port: 465, security: 'tls' as const },
    provider: { type: 'manual' as const },
  }),
};
const replaced = (verdict: Verdict) => ({
  previous: known({ kind: 'tried' as const, outcome: { result: resultWith(verdict), evidence: null } }),
});

const slowDown = { code: 421, enhanced: '4.7.0', text: 'Too many concurrent SMTP connections' };
const throttled = { result: 'unknown', reason: 'throttled' } as const;

export const credentialCases: Cases = {
  'cred.login': [
    ['a 235', {}, 'pass'],
    [
      'a 535',
      refused(535, '5.7.8', 'Authentication credentials invalid'),
      'fail',
      '"535 5.7.8 Authentication credentials invalid"',
    ],
    ['a disabled account', refused(525, '5.7.13', 'Account disabled'), 'fail'],
    ['too many logins', refused(454, '4.7.0', 'Too many login attempts'), 'throttled'],
    ['a temporary failure', refused(454, '4.7.0', 'Temporary authentication failure'), 'temporary'],
    ['a policy', refused(535, '5.7.139', 'SmtpClientAuthentication is disabled'), 'warn'],
    ['no answer', timedOut, 'timeout'],
    ['no answer on port 25', timedOutOn25, 'egress-blocked'],
    [
      'a refused connection',
      withLogin({ ...before, failure: { kind: 'network', code: 'ECONNREFUSED' } }),
      'unreachable',
    ],
    ['the end of the connection', closed, 'closed'],
    ['a forbidden address', forbidden, 'not-allowed'],
    ['a spent login budget', heldBack, 'held-back'],
    ['a client secret that buys no token', untried('client-secret-rejected'), 'fail'],
    ['a tenant that gives no token', untried('token-refused'), 'refused'],
    ['no answer of the token endpoint', untried('token-unavailable'), 'temporary'],
    ['a refusal that is not confirmed', unconfirmed, 'unconfirmed'],
    ['a login budget that cannot be read', noTable, 'aws-error'],
    [
      'an expired certificate',
      withLogin({
        stage: 'tls',
        authSent: false,
        failure: { kind: 'certificate', code: 'CERT_HAS_EXPIRED' },
      }),
      'tls-failed',
    ],
    [
      'TLS where plain text was expected',
      withLogin({ stage: 'greeting', authSent: false, failure: { kind: 'tls', code: 'ETLSSPOKEN' } }),
      'tls-failed',
    ],
    ['a secret that may not be read', denied, 'access-denied'],
    ['a malformed secret', malformed, 'not-reached'],
    ['no login yet', seed, 'not-applicable'],
  ],
  'cred.login-tested': [
    ['AUTH was sent', {}, 'pass'],
    ['the login budget is spent', heldBack, 'held-back'],
    ['no token could be had', untried('token-unavailable'), 'temporary'],
    ['the client secret buys no token', untried('client-secret-rejected'), 'not-reached'],
    ['AUTH was sent and refused', refused(535, '5.7.8', 'no'), 'pass'],
    [
      'no AUTH offered',
      withLogin({ authSent: false, offered: [], failure: { kind: 'auth-not-offered' } }),
      'fail',
    ],
    [
      'no mechanism in common',
      withLogin({ authSent: false, offered: ['NTLM'], failure: { kind: 'no-common-mechanism' } }),
      'fail',
    ],
    ['the server was not reached', timedOut, 'not-reached'],
  ],
  'cred.mail-from': [
    ['accepted', {}, 'pass'],
    ['not the owner', sender(553, '5.7.1', 'Sender address rejected: not owned by user'), 'fail'],
    ['not now', sender(451, '4.3.0', 'Try again later'), 'temporary'],
    ['not answered', { rehearsal: NOTHING_HEARD }, 'not-reached'],
    ['the login was not proven', timedOut, 'timeout'],
    ['no sender', elsewhere(), 'not-applicable'],
    ['no table of login budgets', noTable, 'aws-error'],
    ['the least of acceptances', sender(200, '2.1.0', 'Ok'), 'pass', '"200 2.1.0 Ok"'],
    [
      'no enhanced code',
      { rehearsal: { ...NOTHING_HEARD, sender: { code: 500, enhanced: null, text: 'no' } } },
      'fail',
      '"500 no"',
    ],
    ['a question', sender(354, '', 'Go on'), 'temporary'],
    ['an answer before the answer', sender(150, '', 'Wait'), 'temporary'],
    ['the end of acceptance', sender(300, '', 'More'), 'temporary'],
  ],
  'cred.pending': [
    ['none', {}, 'not-applicable'],
    ['the label is left on the current version', pending(null, 'current'), 'not-applicable'],
    ['since an hour', pending(NOW - HOUR, 'next'), 'pass'],
    ['since less than a day', pending(NOW - DAY + 1, 'next'), 'pass'],
    ['since a day', pending(NOW - DAY, 'next'), 'fail'],
    [
      'since a day, where a person makes the credential',
      { ...pending(NOW - DAY, 'next'), ...manual },
      'pass',
    ],
    ['since a week, where a person makes it', { ...pending(NOW - 7 * DAY, 'next'), ...manual }, 'fail'],
    ['AWS does not say since when', pending(null, 'next'), 'not-found'],
  ],
  'cred.previous-revoked': [
    ['still in its overlap', {}, 'not-applicable'],
    ['refused', replaced('rejected'), 'pass'],
    ['still logs in', replaced('valid'), 'fail'],
    ['still active at its provider', { previous: known({ kind: 'active' as const }) }, 'fail', 'as active'],
    ['no clear answer', replaced('rate-limited'), 'throttled'],
    ['may not be read', { previous: missing('access-denied', 'AccessDeniedException') }, 'access-denied'],
  ],
  'limit.client-throttle': [
    ['inside the budget', {}, 'pass'],
    ['held back', heldBack, 'info', 'held back for'],
    ['no table of login budgets', noTable, 'aws-error'],
  ],
  'limit.server-signal': [
    ['never', {}, 'pass'],
    [
      'in the login',
      withLogin({ stage: 'greeting', authSent: false, failure: { kind: 'reply', reply: slowDown } }),
      'info',
    ],
    ['in the probe', withServer({ interrupted: { reason: 'throttled', code: '421' } }), 'info'],
    ['in the survey', withServer({ handshakes: { ...server.handshakes, SSLv3: throttled } }), 'info'],
    [
      'in the survey, when only suites were left to ask',
      withServer({ ciphers: { ...server.ciphers, cbc: throttled } }),
      'info',
    ],
    ['in the probe for injection', withServer({ injection: throttled }), 'info'],
    ['no table of login budgets', noTable, 'aws-error'],
    [
      'a server that said nothing',
      withLogin({
        stage: 'connect',
        authSent: false,
        failure: { kind: 'timeout' },
        greeting: null,
        reply: null,
      }),
      'not-reached',
    ],
    [
      'a handshake that was refused',
      withServer({ handshakes: { ...server.handshakes, SSLv3: { result: 'unknown', reason: 'timeout' } } }),
      'pass',
    ],
    [
      'a probe that ended for another reason',
      withServer({ interrupted: { reason: 'closed', code: 'closed' } }),
      'pass',
    ],
    [
      'a greeting and nothing more',
      withLogin({ stage: 'auth', failure: { kind: 'timeout' }, reply: null }),
      'pass',
    ],
    [
      'a probe that was not made',
      { server: missing('access-denied', 'AccessDeniedException') },
      'access-denied',
    ],
  ],
};
