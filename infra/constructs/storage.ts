import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { EVENTS } from '../../functions/table/event-key.ts';
import type { Config } from '../config.ts';
import { encryptionKey } from './encryption-key.ts';

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
    return new Table(this, 'Ledger', {
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
 * functions make it conditional, and the chain shows it. The table's own ARN would be a circle, so it is `*`.
 */
function eventsStay(): PolicyStatement[] {
  const deny = { effect: Effect.DENY, principals: [new AnyPrincipal()], resources: ['*'] };
  return [
    new PolicyStatement({
      ...deny,
      actions: ['dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
      conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [`${EVENTS}*`] } },
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
