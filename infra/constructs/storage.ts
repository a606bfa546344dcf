import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import {
  AccountRootPrincipal,
  AnyPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { DUE_INDEX, PARTITION } from '../../functions/table/items.ts';
import type { Config } from '../config/config.ts';

const NONCURRENT_DAYS = 30;

export interface StorageProps {
  readonly config: Config;
}

/** All that outlives a deployment: the key, the ledger and the audit reports. Kept when the stack is deleted. */
export class Storage extends Construct {
  readonly key: Key;
  readonly table: Table;
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { config }: StorageProps) {
    super(scope, id);
    this.key = encryptionKey(this, 'Key');
    this.table = this.createTable();
    this.bucket = this.createBucket(config.reportRetentionDays);
  }

  /** Not TableV2: that takes a customer-managed key only in a stack that is bound to one region. */
  private createTable(): Table {
    const table = new Table(this, 'Ledger', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      resourcePolicy: new PolicyDocument({ statements: eventsStay() }),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Only what is due, or will be, has these two attributes.
    table.addGlobalSecondaryIndex({
      indexName: DUE_INDEX.name,
      partitionKey: { name: DUE_INDEX.partition, type: AttributeType.STRING },
      sortKey: { name: DUE_INDEX.sort, type: AttributeType.NUMBER },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['secretArn'],
    });
    return table;
  }

  private createBucket(retentionDays: number): Bucket {
    return new Bucket(this, 'Reports', {
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        {
          expiration: Duration.days(retentionDays),
          noncurrentVersionExpiration: Duration.days(NONCURRENT_DAYS),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}

/**
 * Nobody in the account deletes or updates an event of the ledger, or writes without being able to say on what condition;
 * DynamoDB's own expiry goes on. A put over an event is the one thing that IAM cannot tell from a put of a new one: the
 * functions make it conditional, and the log keeps each event. The table's own ARN would be a circle, so it is `*`.
 */
function eventsStay(): PolicyStatement[] {
  const deny = { effect: Effect.DENY, principals: [new AnyPrincipal()], resources: ['*'] };
  return [
    new PolicyStatement({
      ...deny,
      actions: ['dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
      conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [`${PARTITION.events}*`] } },
    }),
    new PolicyStatement({
      ...deny,
      actions: [
        'dynamodb:BatchWriteItem',
        'dynamodb:PartiQLDelete',
        'dynamodb:PartiQLInsert',
        'dynamodb:PartiQLUpdate',
      ],
    }),
  ];
}

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
function encryptionKey(scope: Construct, id: string): Key {
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
