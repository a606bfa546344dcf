import { known, missing } from '../../../../functions/audit/check.ts';
import type { PolicyAnswer } from '../../../../functions/mail-domain/mta-sts/mta-sts.ts';
import { POLICY, POLICY_TYPE, withDomain } from '../sound-domain.ts';
import type { Case, Cases } from './case.ts';

const records = known(['v=STSv1; id=20261101']);
const record = (...texts: string[]) => withDomain({ mtaSts: { records: known(texts), policy: null } });
const answer = (policy: PolicyAnswer) => withDomain({ mtaSts: { records, policy } });
const policy = (body: string, changes: Partial<Extract<PolicyAnswer, { kind: 'answered' }>> = {}) =>
  answer({ kind: 'answered', status: 200, type: POLICY_TYPE, body, ...changes });
const silence = missing('timeout', 'DNS ETIMEOUT');
const unused: Case = ['not used', record(), 'not-applicable'];
const unread: Case = ['not read', withDomain({ mtaSts: { records: silence, policy: null } }), 'timeout'];
const silent = answer({ kind: 'unreached', reason: 'timeout', code: 'ETIMEDOUT' });
const expired = answer({ kind: 'untrusted', code: 'CERT_HAS_EXPIRED' });
const gone = answer({ kind: 'absent' });
const endless = answer({ kind: 'broken', detail: 'the policy is longer than 64 KiB' });

const tooHigh = withDomain({
  mx: known([{ preference: 10, exchange: 'mx1.eu.example.com' }]),
  mtaSts: {
    records,
    policy: {
      kind: 'answered',
      status: 200,
      type: POLICY_TYPE,
      body: POLICY.replace('mx1.', '*.'),
    },
  },
});

const tlsRpt = (...texts: string[]) => withDomain({ tlsRpt: known(texts) });

export const mtaStsCases: Cases = {
  'mtasts.record': [
    ['one', {}, 'pass'],
    ['none', record(), 'info'],
    ['two', record('v=STSv1; id=1', 'v=STSv1; id=2'), 'fail'],
    ['the version in small letters', record('v=stsv1; id=1'), 'fail'],
    ['a blank in the version', record('v = STSv1; id=1'), 'fail'],
    ['no id', record('v=STSv1;'), 'fail'],
    ['an id with a hyphen', record('v=STSv1; id=2026-11-01'), 'fail'],
    ['a long id', record(`v=STSv1; id=${'a'.repeat(33)}`), 'fail'],
    ['no tag', record('v=STSv1; id=1; hello'), 'fail'],
    unread,
  ],
  'mtasts.policy': [
    ['enforced', {}, 'pass'],
    ['with CRLF and an unknown field', policy(`${POLICY.replaceAll('\n', '\r\n')}x-note: hello\r\n`), 'pass'],
    ['testing', policy(POLICY.replace('enforce', 'testing')), 'warn'],
    ['none', policy('version: STSv1\nmode: none\nmax_age: 86400\n'), 'warn'],
    ['an hour', policy(POLICY.replace('604800', '3600')), 'warn'],
    ['a day', policy(POLICY.replace('604800', '86400')), 'pass'],
    ['HTML', policy(POLICY, { type: 'text/html' }), 'warn'],
    ['no version', policy(POLICY.replace('version: STSv1\n', '')), 'fail'],
    ['no mode', policy(POLICY.replace('mode: enforce\n', '')), 'fail'],
    ['no max_age', policy(POLICY.replace(/max_age.*\n/, '')), 'fail'],
    ['a max_age beyond a year', policy(POLICY.replace('604800', '99999999')), 'fail'],
    ['no mx', policy(POLICY.replace(/mx:.*\n/, '')), 'fail'],
    ['an mx that is a URL', policy(POLICY.replace('mx1.example.com', 'https://mx1')), 'fail'],
    ['no field', policy(`${POLICY}hello\n`), 'fail'],
    ['404', policy(POLICY, { status: 404 }), 'fail', '404'],
    ['text that is not plain', policy(POLICY, { type: 'application/text/plain' }), 'warn'],
    ['a max_age of a year', policy(POLICY.replace('604800', '31557600')), 'pass'],
    ['a max_age with a sign', policy(POLICY.replace('604800', '+604800')), 'fail'],
    ['a max_age with a unit', policy(POLICY.replace('604800', '604800s')), 'fail'],
    ['a mode that nobody knows', policy(POLICY.replace('enforce', 'strict')), 'fail'],
    ['a redirect', policy('', { status: 301 }), 'fail'],
    ['no host', gone, 'fail'],
    ['without end', endless, 'fail'],
    ['an expired certificate', expired, 'fail'],
    ['no answer', silent, 'timeout'],
    unused,
    unread,
  ],
  'mtasts.mx': [
    ['named', {}, 'pass'],
    ['a wildcard', policy(POLICY.replace('mx1.', '*.')), 'pass'],
    ['a wildcard that is one label too high', tooHigh, 'fail'],
    ['not named', policy(POLICY.replace('mx1.', 'mx2.')), 'fail'],
    ['not named, not enforced', policy(POLICY.replace('mx1.', 'mx2.').replace('enforce', 'testing')), 'warn'],
    ['mode none', policy('version: STSv1\nmode: none\nmax_age: 86400\n'), 'not-applicable'],
    ['a policy that is not valid', policy(`${POLICY.replace('mx1.', 'mx2.')}hello\n`), 'not-applicable'],
    ['no exchangers', withDomain({ mx: known([{ preference: 0, exchange: '' }]) }), 'not-applicable'],
    ['no answer', silent, 'timeout'],
    ['exchangers not read', withDomain({ mx: missing('timeout', 'DNS ETIMEOUT') }), 'timeout'],
    unused,
    ['named among others', policy(POLICY.replace('mx: ', 'mx: mx9.example.com\nmx: ')), 'pass'],
  ],
  'mtasts.cert': [
    ['valid', {}, 'pass'],
    ['expired', expired, 'fail'],
    ['valid, of a policy without end', endless, 'pass'],
    ['no host', gone, 'not-applicable'],
    ['no answer', silent, 'timeout'],
    unused,
    unread,
  ],
  'tlsrpt.present': [
    ['a mailbox', {}, 'pass', '1 place.'],
    [
      'a mailbox and a URL',
      tlsRpt('v=TLSRPTv1; rua=mailto:a@example.com, https://example.com/tls'),
      'pass',
      '2 places.',
    ],
    [
      'a mailbox and something else',
      tlsRpt('v=TLSRPTv1; rua=mailto:a@example.com,ftp://example.com/tls'),
      'fail',
    ],
    ['none, with MTA-STS', tlsRpt(), 'warn', 'though the domain uses MTA-STS'],
    [
      'none',
      withDomain({ tlsRpt: known([]), mtaSts: { records: known([]), policy: null } }),
      'warn',
      'No TLS reports.',
    ],
    [
      'none, and MTA-STS not read',
      withDomain({ tlsRpt: known([]), mtaSts: { records: silence, policy: null } }),
      'warn',
      'No TLS reports.',
    ],
    [
      'two records',
      tlsRpt('v=TLSRPTv1; rua=https://a.example/', 'v=TLSRPTv1; rua=https://b.example/'),
      'fail',
    ],
    ['the version in small letters', tlsRpt('v=tlsrptv1; rua=mailto:a@example.com'), 'fail'],
    ['no rua', tlsRpt('v=TLSRPTv1;'), 'fail'],
    ['http', tlsRpt('v=TLSRPTv1; rua=http://example.com/tls'), 'fail'],
    ['no scheme', tlsRpt('v=TLSRPTv1; rua=a@example.com'), 'fail'],
    ['no tag', tlsRpt('v=TLSRPTv1; rua=https://a.example/; hello'), 'fail'],
    ['not read', withDomain({ tlsRpt: silence }), 'timeout'],
  ],
};
