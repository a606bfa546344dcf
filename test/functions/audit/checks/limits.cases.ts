import { known, missing } from '../../../../functions/audit/gathered.ts';
import { resultWith } from '../../../../functions/smtp/login-result.ts';
import { server, withLogin, withServer } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const heldBack = { login: known({ result: resultWith('held-back'), evidence: null }) };
const noTable = { login: missing('aws-error', 'InternalServerError') };
const slowDown = { code: 421, enhanced: '4.7.0', text: 'Too many concurrent SMTP connections' };
const throttled = { result: 'unknown', reason: 'throttled' } as const;

export const limitCases: Cases = {
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
