import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** What `kms:*` would give the account, action by action: IAM policies decide who in the account may do which. */
const ACCOUNT_ACTIONS = [
  ['CancelKeyDeletion', 'DisableKey', 'EnableKey', 'ScheduleKeyDeletion', 'UpdateKeyDescription'],
  ['CreateAlias', 'DeleteAlias', 'UpdateAlias'],
  ['CreateGrant', 'ListGrants', 'RetireGrant', 'RevokeGrant'],
  ['DescribeKey', 'GetKeyPolicy', 'ListKeyPolicies', 'PutKeyPolicy'],
  [
    'DisableKeyRotation',
    'EnableKeyRotation',
    'GetKeyRotationStatus',
    'ListKeyRotations',
    'RotateKeyOnDemand',
  ],
  ['ListResourceTags', 'TagResource', 'UntagResource'],
  [
    'Decrypt',
    'Encrypt',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
    'ReEncryptFrom',
    'ReEncryptTo',
  ],
].flatMap((actions) => actions.map((action) => `kms:${action}`));

/** The one customer-managed key: secrets, ledger, reports, logs, alerts and audit runs are encrypted with it. */
export function encryptionKey(scope: Construct, id: string): Key {
  const stack = Stack.of(scope);
  return new Key(scope, id, {
    description: `${stack.stackName}: SMTP credentials, their ledger, logs and audit reports`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
    policy: new PolicyDocument({
      statements: [
        account(),
        ...[cloudWatchLogs, stepFunctionsLogDelivery, cloudWatchAlarms].map((statement) => statement(stack)),
      ],
    }),
  });
}

/** In a key policy, resource `*` is the key itself. */
const THIS_KEY = ['*'];

function account(): PolicyStatement {
  return new PolicyStatement({
    sid: 'AccountThroughIam',
    principals: [new AccountRootPrincipal()],
    actions: ACCOUNT_ACTIONS,
    resources: THIS_KEY,
  });
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function cloudWatchLogs(stack: Stack): PolicyStatement {
  return new PolicyStatement({
    sid: 'LogGroupsOfThisAccount',
    principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
    actions: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:DescribeKey',
    ],
    resources: THIS_KEY,
    conditions: {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logsArn(stack, 'log-group:*') },
    },
  });
}

/** The log lines of an encrypted state machine travel encrypted; the delivery service opens them. */
function stepFunctionsLogDelivery(stack: Stack): PolicyStatement {
  return new PolicyStatement({
    sid: 'StepFunctionsLogDelivery',
    principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
    actions: ['kms:Decrypt'],
    resources: THIS_KEY,
    conditions: { StringEquals: { 'kms:EncryptionContext:SourceArn': logsArn(stack, '*') } },
  });
}

/** Without it an alarm cannot publish to the encrypted topic, and nobody hears of that. */
function cloudWatchAlarms(stack: Stack): PolicyStatement {
  return new PolicyStatement({
    sid: 'AlarmsOfThisAccount',
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: THIS_KEY,
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
  });
}

function logsArn(stack: Stack, resource: string): string {
  return `arn:${stack.partition}:logs:${stack.region}:${stack.account}:${resource}`;
}
