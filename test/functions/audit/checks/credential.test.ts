import { credentialChecks } from '../../../../functions/audit/checks/credential.ts';
import { at, denied, malformed, seed, withLogin } from '../sound-facts.ts';
import { testChecks } from './table.ts';

const refused = (code: number, enhanced: string, text: string) =>
  withLogin({ stage: 'auth', failure: { kind: 'reply', reply: { code, enhanced, text } } });
const before = { stage: 'connect', authSent: false } as const;
const timedOut = withLogin({ ...before, failure: { kind: 'timeout' } });

testChecks(credentialChecks, {
  'cred.login': [
    ['a 235', {}, 'pass'],
    ['a 535', refused(535, '5.7.8', 'Authentication credentials invalid'), 'fail'],
    ['a disabled account', refused(525, '5.7.13', 'Account disabled'), 'fail'],
    ['too many logins', refused(454, '4.7.0', 'Too many login attempts'), 'throttled'],
    ['a temporary failure', refused(454, '4.7.0', 'Temporary authentication failure'), 'temporary'],
    ['a policy', refused(535, '5.7.139', 'SmtpClientAuthentication is disabled'), 'warn'],
    ['no answer', timedOut, 'timeout'],
    ['no answer on port 25', { ...at('mail.example.com', 25, 'starttls'), ...timedOut }, 'egress-blocked'],
    [
      'a refused connection',
      withLogin({ ...before, failure: { kind: 'network', code: 'ECONNREFUSED' } }),
      'unreachable',
    ],
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
