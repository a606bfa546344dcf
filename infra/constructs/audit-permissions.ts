import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import {
  type Deployment,
  decryptSecrets,
  describeKeys,
  onEverything,
  onManagedSecrets,
  onManagedUsers,
  onTable,
} from './permissions.ts';

/** What the plan reads of the account around the credentials, once a run. */
export function readAccount(scope: IConstruct, { storage }: Deployment): PolicyStatement[] {
  const stack = Stack.of(scope);
  return [
    onEverything(
      'cloudtrail:DescribeTrails',
      'cloudtrail:LookupEvents',
      'cloudwatch:DescribeAlarmsForMetric',
      'cloudwatch:GetMetricData',
      'ecs:DescribeTaskDefinition',
      'ecs:ListTaskDefinitionFamilies',
      'iam:GenerateCredentialReport',
      'iam:GetAccountAuthorizationDetails',
      'iam:GetCredentialReport',
      'lambda:ListFunctions',
      'logs:DescribeLogGroups',
      'ssm:DescribeParameters',
    ),
    // Without the name of a stack DescribeStacks is a listing of all, and IAM asks for both.
    on(stack, ['cloudformation:DescribeStacks', 'cloudformation:ListStacks'], {
      service: 'cloudformation',
      resource: 'stack',
      resourceName: '*',
    }),
    // A trail of all regions lives in one of them, and that of an organisation in another account.
    on(stack, ['cloudtrail:GetTrailStatus'], {
      service: 'cloudtrail',
      region: '*',
      account: '*',
      resource: 'trail',
      resourceName: '*',
    }),
    // Asked for a prefix of names, CloudWatch wants the right to all of them: a narrower one is refused.
    on(stack, ['cloudwatch:DescribeAlarms'], { ...named('cloudwatch', 'alarm'), resourceName: '*' }),
    on(stack, ['logs:FilterLogEvents'], {
      ...named('logs', 'log-group'),
      resourceName: `${stack.stackName}-*`,
    }),
    onTable(storage, 'DescribeContinuousBackups', 'DescribeTimeToLive'),
  ];
}

/** Amazon SES in this region; configuration sets, pools and archives are found at run time. */
export function readSes(scope: IConstruct): PolicyStatement[] {
  const stack = Stack.of(scope);
  const onAny = (resource: string, ...actions: string[]) =>
    on(stack, actions, { service: 'ses', resource, resourceName: '*' });
  return [
    onEverything(
      'ses:GetAccount',
      'ses:GetAccountSendingEnabled',
      'ses:GetIdentityDkimAttributes',
      'ses:GetIdentityMailFromDomainAttributes',
      'ses:GetIdentityVerificationAttributes',
      'ses:GetSendQuota',
      'ses:ListAddonInstances',
      'ses:ListArchives',
      'ses:ListConfigurationSets',
      'ses:ListDedicatedIpPools',
      'ses:ListIdentities',
      'ses:ListIngressPoints',
    ),
    onAny('configuration-set', 'ses:GetConfigurationSet', 'ses:GetConfigurationSetEventDestinations'),
    onAny('dedicated-ip-pool', 'ses:GetDedicatedIpPool', 'ses:GetDedicatedIps'),
    onAny('mailmanager-archive', 'ses:GetArchive'),
    onAny('mailmanager-ingress-point', 'ses:GetIngressPoint'),
    onAny('mailmanager-traffic-policy', 'ses:GetTrafficPolicy'),
  ];
}

/** All passwords are compared with one another in the memory of the plan, so it reads them. */
export function compareSecrets(scope: IConstruct, deployment: Deployment): PolicyStatement[] {
  return [
    onEverything('secretsmanager:ListSecrets'),
    onManagedSecrets(scope, 'GetSecretValue'),
    decryptSecrets(deployment),
  ];
}

/** One credential: who may read it, and what the IAM user and the identity behind it may do. */
export function readCredentials(scope: IConstruct, deployment: Deployment): PolicyStatement[] {
  const stack = Stack.of(scope);
  const policies = { service: 'iam', region: '', resource: 'policy', resourceName: '*' };
  return [
    onManagedSecrets(
      scope,
      'DescribeSecret',
      'GetResourcePolicy',
      'GetSecretValue',
      'ValidateResourcePolicy',
    ),
    decryptSecrets(deployment),
    describeKeys(deployment),
    onManagedUsers(
      scope,
      'GetAccessKeyLastUsed',
      'GetLoginProfile',
      'GetUserPolicy',
      'ListAccessKeys',
      'ListAttachedUserPolicies',
      'ListGroupsForUser',
      'ListUserPolicies',
      'SimulatePrincipalPolicy',
    ),
    new PolicyStatement({
      actions: ['iam:GetPolicy', 'iam:GetPolicyVersion'],
      resources: [stack.formatArn(policies), stack.formatArn({ ...policies, account: 'aws' })],
    }),
    on(stack, ['ses:GetEmailIdentity'], { service: 'ses', resource: 'identity', resourceName: '*' }),
  ];
}

function named(service: string, resource: string) {
  return { service, resource, arnFormat: ArnFormat.COLON_RESOURCE_NAME };
}

function on(stack: Stack, actions: string[], arn: Parameters<Stack['formatArn']>[0]): PolicyStatement {
  return new PolicyStatement({ actions, resources: [stack.formatArn(arn)] });
}
