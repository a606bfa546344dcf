import { credentialChecks } from '../../../../functions/audit/checks/credential.ts';
import { known, missing } from '../../../../functions/audit/gathered.ts';
import type { Verdict } from '../../../../functions/smtp/judgement.ts';
import { judgementOf } from '../../../../functions/smtp/verdict.ts';
import { denied, malformed, seed, soundFacts, withLogin } from '../sound-facts.ts';
import { testChecks } from './table.ts';

const refused = (code: number, enhanced: string, text: string) =>
  withLogin({ stage: 'auth', failure: { kind: 'reply', reply: { code, enhanced, text } } });
const before = { stage: 'connect', authSent: false } as const;
const timedOut = withLogin({ ...before, failure: { kind: 'timeout' } });
const timedOutOn25 = withLogin({
  ...before,
  endpoint: { host: 'mail.example.com', port: 25, security: 'starttls' },
  failure: { kind: 'timeout' },
});
const closed = withLogin({ stage: 'auth', failure: { kind: 'closed' } });
const forbidden = withLogin({ ...before, stage: 'dns', failure: { kind: 'forbidden', code: 'address' } });

const heldBack = { login: known({ judgement: judgementOf('held-back'), evidence: null }) };
const untried = (verdict: Verdict) => ({ login: known({ judgement: judgementOf(verdict), evidence: null }) });
const noTable = { login: missing('aws-error', 'InternalServerError') };
const { login } = soundFacts;
const unconfirmed = {
  login: login.known ? known({ ...login.value, judgement: judgementOf('rejected-unconfirmed') }) : login,
};

testChecks(credentialChecks, {
  'cred.login': [
    ['a 235', {}, 'pass'],
    ['a 535', refused(535, '5.7.8', 'Authentication credentials invalid'), 'fail'],
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
      'not-reached',
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
});
