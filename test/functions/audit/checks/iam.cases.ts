import { known, missing } from '../../../../functions/audit/check.ts';
import type { PeopleFacts } from '../../../../functions/audit/subjects/account.ts';
import type { PolicyStatement, SmtpUser } from '../../../../functions/audit/subjects/iam.ts';
import { DONE_WITHIN_MS } from '../../../../functions/lifecycle/retirable.ts';
import type { IssuedCredential } from '../../../../functions/providers/provider.ts';
import {
  elsewhere,
  HOUR,
  KEY_ID,
  NOW,
  seed,
  withAccount,
  withAws,
  withDescription,
  withLogin,
} from '../sound-facts.ts';
import type { Cases } from './case.ts';

const key = (id: string, hours: number, active = true) => ({
  id,
  name: null,
  active,
  createdAt: NOW - hours * HOUR,
  lastUsedAt: null as number | null,
  lastUsedBy: null,
});
const keys = (...found: IssuedCredential[]) => ({ keys: known(found) });
const rotating = (lastChangedAt: number) =>
  withDescription({
    lastRotatedAt: NOW - 700 * HOUR,
    lastChangedAt,
    stages: { current: ['AWSCURRENT'], next: ['AWSPENDING'] },
  });
/** In hours. */
const LOOK = DONE_WITHIN_MS / HOUR;
const refused = missing('access-denied', 'AccessDenied');
const FENCED = { StringEquals: { 'ses:FromAddress': 'orders@shop.example.com' } };
const SEND: PolicyStatement = { Effect: 'Allow', Action: 'ses:SendRawEmail', Condition: FENCED };
const user = (statements: readonly PolicyStatement[], changes: Partial<SmtpUser> = {}) =>
  withAws({ user: known({ statements, groups: 0, console: false, ...changes }) });
const people = (changes: Partial<PeopleFacts>) =>
  withAccount({ people: known({ withPassword: 3, withoutMfa: 0, rootMfa: true, ...changes }) });

export const iamCases: Cases = {
  'iam.smtp-user': [
    ['one key, and it may only send', {}, 'pass'],
    ['two keys within the overlap', keys(key(KEY_ID, 47), key('AKIAOLD', 900)), 'pass'],
    ['two keys until the look that ends it', keys(key(KEY_ID, 48 + LOOK), key('AKIAOLD', 900)), 'pass'],
    ['two keys after it', keys(key(KEY_ID, 49), key('AKIAOLD', 900)), 'fail', 'it was never used'],
    ['two keys after it, in any order', keys(key('AKIAOLD', 900), key(KEY_ID, 49)), 'fail'],
    [
      'a key that was promoted long after it was made',
      {
        ...keys(key(KEY_ID, 60), key('AKIAOLD', 900)),
        ...withDescription({ lastRotatedAt: NOW - 47 * HOUR }),
      },
      'pass',
      '47 hours after the change',
    ],
    [
      'a second key that is in use',
      keys(key(KEY_ID, 49), { ...key('AKIAOLD', 900), lastUsedAt: NOW - 3 * HOUR }),
      'fail',
      'last used 3 hours ago',
    ],
    [
      'a second key that a rotation has just made',
      { ...keys(key(KEY_ID, 700), key('AKIANEXT', 0)), ...rotating(NOW) },
      'pass',
      'rotation under way',
    ],
    [
      'one that a rotation has made, which stands still',
      { ...keys(key(KEY_ID, 700), key('AKIANEXT', 1)), ...rotating(NOW - HOUR) },
      'fail',
    ],
    [
      'one from before, while a rotation is under way',
      { ...keys(key(KEY_ID, 700), key('AKIAOLD', 900)), ...rotating(NOW) },
      'fail',
    ],
    ['another inactive key that is the first', keys(key('AKIAOLD', 900, false), key(KEY_ID, 500)), 'pass'],
    ['another key that is inactive', keys(key(KEY_ID, 500), key('AKIAOLD', 900, false)), 'pass'],
    ['an inactive current key', keys(key(KEY_ID, 500, false)), 'fail'],
    ['no current key', keys(key('AKIAOLD', 900)), 'fail'],
    ['two ways to send', user([{ ...SEND, Action: ['ses:SendEmail', 'SES:SendRawEmail'] }]), 'pass'],
    [
      'from one network',
      user([{ ...SEND, Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } }]),
      'pass',
    ],
    ['no permission at all', user([]), 'warn'],
    [
      'as every sender but one',
      user([{ ...SEND, Condition: { StringNotEquals: { 'ses:FromAddress': 'ceo@shop.example.com' } } }]),
      'warn',
    ],
    ['no condition', user([{ Effect: 'Allow', Action: 'ses:SendRawEmail' }]), 'warn', 'from anywhere'],
    [
      'no condition in one of two statements',
      user([SEND, { Effect: 'Allow', Action: 'ses:SendRawEmail' }]),
      'warn',
      'from anywhere',
    ],
    ['no permission at all', user([]), 'warn', 'allows it anything'],
    [
      'a condition on something else',
      user([{ ...SEND, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }]),
      'warn',
    ],
    ['more than sending', user([SEND, { ...SEND, Action: ['ses:SendRawEmail', 's3:GetObject'] }]), 'fail'],
    ['all of SES', user([{ ...SEND, Action: 'ses:*' }]), 'fail'],
    ['all but something', user([{ Effect: 'Allow', NotAction: 'iam:*' }]), 'fail'],
    ['a deny of something else', user([SEND, { Effect: 'Deny', Action: 's3:*' }]), 'pass'],
    ['in a group', user([SEND], { groups: 1 }), 'warn'],
    ['a password for the console', user([SEND], { console: true }), 'fail'],
    ['policies not known', withAws({ user: refused }), 'access-denied'],
    ['access denied', { keys: refused }, 'access-denied'],
    ['throttled', { keys: missing('throttled', 'Throttling') }, 'throttled'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
  'iam.simulate': [
    ['allowed', {}, 'pass'],
    ['denied', withAws({ simulated: known('implicitDeny') }), 'fail'],
    ['forbidden', withAws({ simulated: known('explicitDeny') }), 'fail'],
    ['access denied', withAws({ simulated: refused }), 'access-denied'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
  'mfa.identity': [
    ['everybody', {}, 'pass', 'with a password alone'],
    ['everybody, and a login by a token', withLogin({ used: 'XOAUTH2' }), 'pass', 'with a token (XOAUTH2)'],
    ['somebody has none', people({ withoutMfa: 1 }), 'warn'],
    ['the root user has none', people({ rootMfa: false }), 'warn'],
    ['access denied', withAccount({ people: refused }), 'access-denied'],
    ['a seed', seed, 'not-applicable'],
    [
      'everybody, and a login that was not seen',
      { login: refused },
      'pass',
      'How the credential logs in was not seen',
    ],
  ],
};
