import { afterEach, expect, it } from 'vitest';
import { hands } from '../../../../functions/audit/facts/iam.ts';
import { iam } from '../../../../functions/aws.ts';
import { AccountServer } from '../../../support/aws/account-server.ts';

let account: AccountServer;
afterEach(() => account.close());

type Details = ReturnType<NonNullable<AccountServer['answers']['GetAccountAuthorizationDetails']>>;

const document = (...Statement: object[]) =>
  encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement }));
const allow = (Action: string | string[], Resource = '*') => ({ Effect: 'Allow', Action, Resource });
const attached = (PolicyName: string) => ({ PolicyName, PolicyArn: `arn:aws:iam::1:policy/${PolicyName}` });
const policy = (PolicyName: string, ...statements: object[]) => ({
  PolicyName,
  Arn: attached(PolicyName).PolicyArn,
  DefaultVersionId: 'v2',
  PolicyVersionList: [
    { VersionId: 'v1', Document: document(allow('*')) },
    { VersionId: 'v2', Document: document(...statements), IsDefaultVersion: true },
  ],
});
const inline = (...statements: object[]) => [
  { PolicyName: 'inline', PolicyDocument: document(...statements) },
];

async function handsIn(...pages: Details[]) {
  account = await AccountServer.start({
    GetAccountAuthorizationDetails: ({ Marker = '0' }) => {
      const more = Number(Marker) + 1 < pages.length && {
        IsTruncated: true,
        Marker: String(Number(Marker) + 1),
      };
      return { ...pages[Number(Marker)], ...more };
    },
  });
  return hands(iam(), 'Keyturn', 'Keyturn-Table');
}

it('names roles and users by their own, attached and inherited policies, from all pages', async () => {
  const tag = allow('secretsmanager:TagResource');
  const put = allow(['s3:GetObject', 'secretsmanager:Put*']);
  const found = await handsIn(
    {
      RoleDetailList: [{ RoleName: 'deploy', Path: '/', RolePolicyList: inline(put, allow('s3:PutObject')) }],
      UserDetailList: [{ UserName: 'ada', GroupList: ['ops'], UserPolicyList: inline(allow('ec2:*')) }],
    },
    {
      RoleDetailList: [{ RoleName: 'ci', Path: '/', AttachedManagedPolicies: [attached('tagging')] }],
      GroupDetailList: [{ GroupName: 'ops', GroupPolicyList: inline(allow('lambda:Invoke*')) }],
    },
    { Policies: [policy('tagging', tag)] },
  );
  expect(found).toEqual({
    table: 'Keyturn-Table',
    administrators: 0,
    principals: [
      { name: 'user/ada', statements: [allow('lambda:Invoke*')] },
      { name: 'role/deploy', statements: [put] },
      { name: 'role/ci', statements: [tag] },
    ],
  });
});

it('counts administrators, and leaves out services, Keyturn itself and whom it concerns in no way', async () => {
  const everything = inline(allow('*'));
  const found = await handsIn({
    RoleDetailList: [
      { RoleName: 'admin', Path: '/', RolePolicyList: everything },
      {
        RoleName: 'AWSServiceRoleForX',
        Path: '/aws-service-role/x.amazonaws.com/',
        RolePolicyList: everything,
      },
      {
        RoleName: 'Keyturn-Rotate',
        Path: '/',
        RolePolicyList: inline(allow('secretsmanager:PutSecretValue')),
      },
      { RoleName: 'operator', Path: '/', AttachedManagedPolicies: [attached('Keyturn-Operator')] },
      { RoleName: 'reader', Path: '/', RolePolicyList: inline(allow('secretsmanager:GetSecretValue')) },
      { RoleName: 'fenced', Path: '/', RolePolicyList: inline({ ...allow('dynamodb:*'), Effect: 'Deny' }) },
    ],
    Policies: [policy('Keyturn-Operator', allow('lambda:InvokeFunction'))],
  });
  expect(found).toEqual({ table: 'Keyturn-Table', administrators: 1, principals: [] });
});

it('keeps what is denied beside what is allowed, as the rule needs both', async () => {
  const statements = [allow('secretsmanager:*'), { ...allow('secretsmanager:Tag*'), Effect: 'Deny' }];
  const { principals } = await handsIn({
    RoleDetailList: [{ RoleName: 'deploy', Path: '/', RolePolicyList: inline(...statements) }],
  });
  expect(principals).toEqual([{ name: 'role/deploy', statements }]);
});
