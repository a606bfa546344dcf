import type { FunctionFacts, LogFacts, ValueFacts } from '../../../../functions/audit/facts/account.ts';
import { known, missing } from '../../../../functions/audit/gathered.ts';
import { denied, empty, seed, soundFacts, withAccount, withAws } from '../sound-facts.ts';
import type { Cases } from './case.ts';

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
