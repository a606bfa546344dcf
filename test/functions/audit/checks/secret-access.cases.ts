import { known, missing } from '../../../../functions/audit/check.ts';
import type { PolicyStatement, SecretPolicy } from '../../../../functions/audit/subjects/iam.ts';
import { DAY, NOW, soundFacts, withAccount, withAws, withDescription } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const { arn } = soundFacts.description;
const denied = missing('access-denied', 'AccessDeniedException');
const ROLE = { AWS: 'arn:aws:iam::123456789012:role/shop' };
const READ = { Effect: 'Allow', Principal: ROLE, Action: 'secretsmanager:GetSecretValue' };
const NO_HTTP = {
  Effect: 'Deny',
  Principal: '*' as const,
  Action: '*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const policy = (Statement: NonNullable<SecretPolicy['document']>['Statement'], objections: string[] = []) =>
  withAws({ policy: known({ document: { Statement }, objections }) });
const readBy = (bySecret: Record<string, string[]>, days = 90) =>
  withAccount({ readers: known({ since: NOW - days * DAY, bySecret }) });
const replica = (status: string, kmsKeyId: string | null = 'arn:aws:kms:eu-west-1:123456789012:key/2') =>
  withDescription({ replicas: [{ region: 'eu-west-1', status, kmsKeyId }] });

const named = (name: string, ...statements: PolicyStatement[]) =>
  withAccount({
    hands: known({ table: 'Keyturn-Table', administrators: 2, principals: [{ name, statements }] }),
  });
const hands = (...statements: PolicyStatement[]) => named('role/deploy', ...statements);
const allow = (Action: string | string[], Resource: string | string[] = '*'): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
});

export const secretAccessCases: Cases = {
  'secret.unused': [
    ['read by a role, by name', {}, 'pass'],
    ['read by a role, by ARN', readBy({ [arn]: ['role/shop'] }), 'pass'],
    ['read by a role, by ARN without the suffix', readBy({ [arn.slice(0, -7)]: ['role/shop'] }), 'pass'],
    [
      'read by a user who is named after an address',
      readBy({ [arn]: ['user/ada@example.com'] }),
      'pass',
      'than Keyturn: an IAM user.',
    ],
    ['another secret is read', readBy({ 'keyturn/others': ['role/shop'] }), 'warn'],
    [
      'not read by anybody for long',
      withAccount({ ...readBy({}).account, unread: known({ [arn]: NOW - 200 * DAY }) }),
      'warn',
    ],
    [
      'never read',
      withAccount({ readers: denied, unread: known({ [arn]: null }) }),
      'warn',
      'nobody had ever read it',
    ],
    ['only Keyturn is known to read it', readBy({}, 89), 'warn'],
    ['CloudTrail read back for one day too few', readBy({}, 88), 'own-reads'],
    ['CloudTrail read back for a few days only', readBy({}, 3), 'own-reads'],
    ['CloudTrail denied', withAccount({ readers: denied }), 'access-denied'],
    ['dates not known', withAccount({ ...readBy({}).account, unread: denied }), 'access-denied'],
    [
      'created last week',
      { ...readBy({}), ...withDescription({ createdAt: NOW - 7 * DAY }) },
      'not-applicable',
    ],
    ['created 90 days ago', { ...readBy({}), ...withDescription({ createdAt: NOW - 90 * DAY }) }, 'warn'],
  ],
  'secret.policy': [
    ['none', {}, 'pass'],
    ['a role, and no plain HTTP', policy([READ, NO_HTTP]), 'pass'],
    ['a role, plain HTTP not denied', policy([READ]), 'warn'],
    ['everybody', policy([{ ...READ, Principal: '*' }, NO_HTTP]), 'fail'],
    ['everybody in a list', policy([{ ...READ, Principal: { AWS: [ROLE.AWS, '*'] } }, NO_HTTP]), 'fail'],
    ['everybody but one', policy([{ Effect: 'Allow', NotPrincipal: ROLE, Action: '*' }, NO_HTTP]), 'fail'],
    [
      'everybody, on a condition that anybody meets',
      policy([{ ...READ, Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }, NO_HTTP]),
      'fail',
    ],
    [
      'everybody of an organisation',
      policy([
        { ...READ, Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
        NO_HTTP,
      ]),
      'warn',
    ],
    ['plain HTTP denied to one role only', policy([READ, { ...NO_HTTP, Principal: ROLE }]), 'warn'],
    [
      'plain HTTP denied for tags only',
      policy([READ, { ...NO_HTTP, Action: 'secretsmanager:TagResource' }]),
      'warn',
    ],
    [
      'plain HTTP denied for reading',
      policy([
        READ,
        {
          ...NO_HTTP,
          Principal: { AWS: '*' },
          Action: 'secretsmanager:GetSecretValue',
          Condition: { BoolIfExists: { 'aws:SecureTransport': 'false' } },
        },
      ]),
      'pass',
    ],
    [
      'everybody but one organisation',
      policy([
        { ...READ, Principal: '*', Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
        NO_HTTP,
      ]),
      'fail',
    ],
    [
      'everybody who shows no organisation',
      policy([
        { ...READ, Principal: '*', Condition: { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } } },
        NO_HTTP,
      ]),
      'fail',
    ],
    ['AWS objects', policy([READ, NO_HTTP], ['PUBLIC_ACCESS']), 'fail'],
    ['access denied', withAws({ policy: denied }), 'access-denied'],
  ],
  'secret.hands': [
    ['a function that is none of ours', {}, 'pass', '2 administrators may do everything.'],
    [
      'its value',
      hands(allow('secretsmanager:PutSecretValue', arn)),
      'info',
      'role/deploy may write its value.',
    ],
    ['its value, by stars', hands(allow('secretsmanager:PutSecret*', `${arn.slice(0, -4)}????`)), 'info'],
    ['its value, in other letters', hands(allow('SecretsManager:updatesecret')), 'info'],
    ['a label', hands(allow('secretsmanager:UpdateSecretVersionStage')), 'info'],
    ['the value of another secret', hands(allow('secretsmanager:*', `${arn}x`)), 'pass'],
    ['reading', hands(allow('secretsmanager:GetSecretValue', arn)), 'pass'],
    ['all but reading', hands({ Effect: 'Allow', NotAction: 'secretsmanager:Get*', Resource: '*' }), 'warn'],
    ['all but other secrets', hands({ Effect: 'Allow', Action: '*', NotResource: `${arn}x` }), 'warn'],
    ['all but this secret', hands({ Effect: 'Allow', Action: 'secretsmanager:*', NotResource: arn }), 'pass'],
    ['its tags', hands(allow('secretsmanager:TagResource')), 'warn', 'may change its tags or its policy.'],
    ['its tags taken off', hands(allow('secretsmanager:Untag*')), 'warn'],
    ['its policy', hands(allow('secretsmanager:PutResourcePolicy')), 'warn'],
    [
      'its tags, on a condition',
      hands({
        ...allow('secretsmanager:TagResource'),
        Condition: { Bool: { 'aws:SecureTransport': 'true' } },
      }),
      'warn',
    ],
    [
      'its tags, and denied',
      hands(allow('secretsmanager:*'), { Effect: 'Deny', Action: 'secretsmanager:*', Resource: '*' }),
      'pass',
    ],
    [
      'its tags, and denied on a condition',
      hands(allow('secretsmanager:TagResource'), {
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
      }),
      'warn',
    ],
    ['the tags of its user', hands(allow('iam:TagUser', '*:user/keyturn/*')), 'warn', 'of its IAM user'],
    ['the tags of others', hands(allow('iam:TagUser', '*:user/people/*')), 'pass'],
    ['our functions', hands(allow('lambda:InvokeFunction')), 'warn', "invoke or change Keyturn's functions"],
    ['their code', hands(allow('lambda:Update*', '*:function:Keyturn-*')), 'warn'],
    ['their layers', hands(allow('lambda:UpdateFunctionConfiguration')), 'warn'],
    ['the function that rotates it', hands(allow('secretsmanager:RotateSecret')), 'info'],
    ['our table', hands(allow('dynamodb:PutItem', '*:table/Keyturn-*')), 'warn', "write to Keyturn's table"],
    ['another table', hands(allow('dynamodb:*', '*:table/shop')), 'pass'],
    [
      'a user named after an address',
      named('user/ada@example.com', allow('iam:*')),
      'warn',
      'an IAM user may',
    ],
    [
      'many',
      withAccount({
        hands: known({
          table: 'Keyturn-Table',
          administrators: 0,
          principals: Array.from({ length: 8 }, (_, n) => ({
            name: `role/r${n}`,
            statements: [allow('iam:*')],
          })),
        }),
      }),
      'warn',
      'role/r4, 3 more may',
    ],
    ['access denied', withAccount({ hands: denied }), 'access-denied'],
  ],
  'secret.replica': [
    ['in sync', {}, 'pass'],
    ['none', withDescription({ replicas: [] }), 'warn'],
    ['failed', replica('Failed'), 'fail', 'The copy in eu-west-1 failed.'],
    ['being made', replica('InProgress'), 'info'],
    ['with the AWS managed key', replica('InSync', null), 'warn'],
    [
      'with the AWS managed key, as the original',
      withDescription({
        kmsKeyId: null,
        replicas: [{ region: 'eu-west-1', status: 'InSync', kmsKeyId: 'alias/aws/secretsmanager' }],
      }),
      'pass',
    ],
    [
      'one of two being made',
      withDescription({
        replicas: [
          ...soundFacts.description.replicas,
          {
            region: 'eu-central-1',
            status: 'InProgress',
            kmsKeyId: 'arn:aws:kms:eu-central-1:123456789012:key/3',
          },
        ],
      }),
      'info',
    ],
  ],
};
