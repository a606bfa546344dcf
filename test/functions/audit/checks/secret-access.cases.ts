import type { SecretPolicy } from '../../../../functions/audit/facts/aws.ts';
import { known, missing } from '../../../../functions/audit/gathered.ts';
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
      'nobody ever read it',
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
