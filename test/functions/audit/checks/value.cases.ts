import { known, missing } from '../../../../functions/audit/check.ts';
import type { FunctionFacts, LogFacts, ValueFacts } from '../../../../functions/audit/subjects/account.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import {
  denied,
  elsewhere,
  empty,
  malformed,
  seed,
  soundFacts,
  withAccount,
  withAws,
  withCredential,
  withPassword,
} from '../sound-facts.ts';
import type { Cases } from './case.ts';

const RAW_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const GMAIL = { host: 'smtp.gmail.com', port: 465, security: 'tls' } as const;
const gmail = (password: string) => elsewhere({ endpoint: GMAIL, password: new Redacted(password) });

export const valueCases: Cases = {
  'secret.shape': [
    ['Amazon SES', {}, 'pass'],
    ['another provider', elsewhere(), 'pass'],
    ['malformed', malformed, 'fail'],
    ['a raw AWS secret key for Amazon SES', withPassword(RAW_KEY), 'fail', 'raw AWS secret access key'],
    [
      'Amazon SES by another host name',
      withCredential({
        endpoint: { ...GMAIL, host: 'smtp.example.com' },
        password: new Redacted('not-a-derived-password'),
      }),
      'fail',
      'derived Amazon SES',
    ],
    [
      'an access key id as the user name of another provider',
      elsewhere({ username: 'AKIAEXAMPLE000000001' }),
      'pass',
    ],
    [
      'a raw AWS secret key for another host',
      elsewhere({ username: 'AKIAEXAMPLE000000001', password: new Redacted(RAW_KEY) }),
      'fail',
    ],
    [
      'a raw AWS secret key at a FIPS endpoint, without a provider',
      {
        content: known({
          kind: 'credential',
          credential: {
            endpoint: { host: 'email-smtp-fips.us-east-1.amazonaws.com', port: 465, security: 'tls' },
            username: 'ada',
            password: new Redacted(RAW_KEY),
          },
        }),
      },
      'fail',
    ],
    ['a SES password of another form', withPassword('not-a-derived-password'), 'fail'],
    ['a SES user name that is no access key id', withCredential({ username: 'ada' }), 'fail'],
    ['an app password of Gmail', gmail('abcd efgh ijkl mnop'), 'pass'],
    ['an account password of Gmail', gmail('Summer2026!xyz'), 'fail'],
    ['a seed', seed, 'info'],
    ['no value yet', empty, 'not-applicable'],
    ['a secret that may not be read', denied, 'access-denied'],
  ],
  'secret.strength': [
    ['random', {}, 'pass'],
    ['random with an unlucky word in it', withPassword('test-V8kq2LxZr9Tn'), 'pass'],
    ['nothing but signs', withPassword('!§$%&/()=?{[]}\\~'), 'pass'],
    [
      'as long as a secret may be',
      withPassword(
        Array.from({ length: 60_000 }, (_, index) => ((index * 7919) % 65_521).toString(36))
          .join('')
          .slice(0, 60_000),
      ),
      'pass',
    ],
    ['hexadecimal digits', withPassword('0f3a9c71e4b8d26'), 'pass'],
    ['one letter, over and over', withPassword('aaaaaaaaaaaaaaaaaaaa'), 'fail'],
    ['a word, over and over', withPassword('Sommer24Sommer24Sommer24'), 'fail'],
    ['the alphabet', withPassword('abcdefghijklmnopqrstuvwxyz'), 'fail'],
    ['letters in pairs', withPassword('aabbccddeeffgghhii'), 'fail'],
    ['fourteen characters', withPassword('V8kq2LxZr9Tn4W'), 'fail'],
    [
      'the user name',
      withCredential({
        username: 'orders@shop.example.com',
        password: new Redacted('Orders@Shop.example.com'),
      }),
      'fail',
    ],
    [
      'the local part of the user name',
      withCredential({
        username: 'orders-of-the-shop@a.example',
        password: new Redacted('orders-of-the-shop'),
      }),
      'fail',
    ],
    ['the host name', withPassword('email-smtp.us-east-1.amazonaws.com'), 'fail'],
    ['a placeholder', withPassword('ChangeMe-ChangeMe-123'), 'fail'],
    ['another placeholder', withPassword('your-smtp-password-here'), 'fail'],
    ['a secret that may not be read', denied, 'access-denied'],
    ['a seed', seed, 'not-applicable'],
  ],
};

const { arn } = soundFacts.description;
const OTHER = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mail/other-AbCdEf';
const refused = missing('access-denied', 'AccessDeniedException');
const values = (changes: Partial<ValueFacts>) =>
  withAccount({ values: known({ reused: [], exposed: [], unread: [], complete: true, ...changes }) });
const variables = (...passwordVariables: string[]) =>
  withAccount({
    functions: known([
      { name: 'shop', own: false, runtime: null, changedAt: null, passwordVariables } satisfies FunctionFacts,
    ]),
  });
const GROUP = { name: 'Keyturn-ValidateLogs', retentionDays: 90, ownKey: true };
const logs = (changes: Partial<LogFacts>) =>
  withAccount({ logs: known({ groups: [GROUP], leaks: {}, addresses: {}, complete: true, ...changes }) });

export const exposureCases: Cases = {
  'secret.breached': [
    ['in no breach', {}, 'pass'],
    ['in a breach', withAws({ breaches: known(3) }), 'fail'],
    ['switched off', withAws({ breaches: null }), 'not-applicable'],
    ['asked too often', withAws({ breaches: missing('throttled', 'TooManyRequests') }), 'throttled'],
    ['a secret that may not be read', denied, 'access-denied'],
  ],
  'secret.reuse': [
    ['its own', {}, 'pass', 'No other managed secret'],
    [
      'the same in another secret of its owner',
      values({ reused: [{ arns: [OTHER, arn], elsewhere: false }] }),
      'fail',
      'is in mail/other.',
    ],
    [
      'the same in a secret of another owner',
      values({ reused: [{ arns: [arn], elsewhere: true }] }),
      'fail',
      'is in at least one secret that does not carry the same keyturn:owner, which is not named here.',
    ],
    [
      'the same in a secret of its owner and in one of another',
      values({ reused: [{ arns: [OTHER, arn], elsewhere: true }] }),
      'fail',
      'is in mail/other, and at least one secret that',
    ],
    [
      'the same in many',
      values({
        reused: [
          {
            arns: [
              arn,
              ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(
                (name) => `${OTHER.slice(0, -12)}${name}-AbCdEf`,
              ),
            ],
            elsewhere: false,
          },
        ],
      }),
      'fail',
      ' more.',
    ],
    ['the same in two others', values({ reused: [{ arns: [OTHER, `${OTHER}2`], elsewhere: true }] }), 'pass'],
    ['others could not be read', values({ unread: [OTHER] }), 'pass', '1 could not be read.'],
    ['not read for the comparison', values({ unread: [arn] }), 'not-reached'],
    ['no time for all', values({ complete: false }), 'timeout'],
    [
      'the same in another secret, though there was no time for all',
      values({ reused: [{ arns: [OTHER, arn], elsewhere: false }], complete: false }),
      'fail',
    ],
    ['access denied', withAccount({ values: refused }), 'access-denied'],
    ['a secret that may not be read', denied, 'access-denied'],
    ['a seed', seed, 'not-applicable'],
  ],
  'secret.plaintext-env': [
    ['nowhere', {}, 'pass'],
    ['its value in a function', values({ exposed: [arn] }), 'fail', 'which is not named here.'],
    ['the value of another secret in a function', values({ exposed: [OTHER] }), 'pass'],
    ['a variable that sounds like it', variables('SMTP_PASSWORD'), 'warn', 'shop.SMTP_PASSWORD'],
    [
      'a parameter that sounds like it',
      withAccount({ plainParameters: known(['/shop/smtp/password']) }),
      'warn',
    ],
    [
      'a container that sounds like it',
      withAccount({ taskVariables: known(['shop/web.SMTP_PASSWORD']) }),
      'warn',
    ],
    ['an output that sounds like it', withAccount({ stackOutputs: known(['shop.SmtpPassword']) }), 'warn'],
    [
      'a variable that sounds like it, though parameters are not known',
      { account: { ...soundFacts.account, ...variables('SMTP_PASSWORD').account, plainParameters: refused } },
      'warn',
    ],
    ['containers not known', withAccount({ taskVariables: refused }), 'access-denied'],
    ['stacks not known', withAccount({ stackOutputs: refused }), 'access-denied'],
    ['functions not known', withAccount({ functions: refused }), 'access-denied'],
    ['parameters not known', withAccount({ plainParameters: refused }), 'access-denied'],
    ['not read for the comparison', values({ unread: [arn] }), 'not-reached'],
    ['no value yet', empty, 'not-applicable'],
  ],
  'log.no-secrets': [
    ['none', {}, 'pass'],
    [
      'a login in a log',
      logs({ leaks: { 'Keyturn-ValidateLogs': 2 } }),
      'fail',
      'Keyturn-ValidateLogs (2 lines)',
    ],
    [
      'a login, and the search cut short',
      logs({ leaks: { 'Keyturn-ValidateLogs': 2 }, complete: false }),
      'fail',
    ],
    ['the search cut short', logs({ complete: false }), 'timeout'],
    ['no log group to search', logs({ groups: [] }), 'not-found'],
    ['access denied', withAccount({ logs: refused }), 'access-denied'],
  ],
};
