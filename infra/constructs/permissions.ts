import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { MANAGED_TAG, PROMOTED, USER_PATH } from '../../functions/observe/names.ts';
import { DUE_INDEX, PROTECTED } from '../../functions/table/items.ts';
import type { Config } from '../config/config.ts';
import type { Storage } from './storage.ts';

export interface Deployment {
  readonly storage: Storage;
  readonly config: Config;
}

/** Secrets of this account and region that carry `keyturn:managed=true`, and no others. */
export function onManagedSecrets(scope: IConstruct, ...actions: string[]): PolicyStatement {
  const arn = { service: 'secretsmanager', resource: 'secret', resourceName: '*' };
  return new PolicyStatement({
    actions: actions.map((action) => `secretsmanager:${action}`),
    resources: [Stack.of(scope).formatArn({ ...arn, arnFormat: ArnFormat.COLON_RESOURCE_NAME })],
    conditions: { StringEquals: { [`secretsmanager:ResourceTag/${MANAGED_TAG.key}`]: MANAGED_TAG.value } },
  });
}

/** RotateSecret, with this function only: rotation with another one would hand the secret to that. */
export function rotateWith(scope: IConstruct, functionArn: string): PolicyStatement {
  const statement = onManagedSecrets(scope, 'RotateSecret');
  statement.addConditions({ ArnEqualsIfExists: { 'secretsmanager:RotationLambdaARN': functionArn } });
  return statement;
}

/** IAM users under `/keyturn/` that carry `keyturn:managed=true`: two fences, a wrong path or a wrong tag alone opens nothing. */
export function onManagedUsers(scope: IConstruct, ...actions: string[]): PolicyStatement {
  const arn = { service: 'iam', region: '', resource: 'user', resourceName: `${USER_PATH.slice(1)}*` };
  return new PolicyStatement({
    actions: actions.map((action) => `iam:${action}`),
    resources: [Stack.of(scope).formatArn(arn)],
    conditions: { StringEquals: { [`iam:ResourceTag/${MANAGED_TAG.key}`]: MANAGED_TAG.value } },
  });
}

/** To list, switch on and off and delete access keys, and to see whose they are and when they were used; not to make any. */
export function retireKeys(scope: IConstruct): PolicyStatement {
  return onManagedUsers(
    scope,
    'DeleteAccessKey',
    'GetAccessKeyLastUsed',
    'ListAccessKeys',
    'ListUserTags',
    'UpdateAccessKey',
  );
}

/** Actions for which AWS knows no resource; every one of them is explained in acknowledged.ts. */
export function onEverything(...actions: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources: ['*'] });
}

export function onTable({ table }: Storage, ...actions: string[]): PolicyStatement {
  return new PolicyStatement({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [table.tableArn],
  });
}

/** Of the index, where an item stands without its key: only its date and the ARN of its secret. */
export function onDueIndex({ table }: Storage): PolicyStatement {
  return new PolicyStatement({
    actions: ['dynamodb:Query'],
    resources: [`${table.tableArn}/index/${DUE_INDEX.name}`],
  });
}

/** Items of these partitions only: no ledger, no login budget. A `*` at the end stands for the rest of a key. */
export function onPartitions(storage: Storage, keys: string[], ...actions: string[]): PolicyStatement {
  const statement = onTable(storage, ...actions);
  statement.addConditions({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } });
  return statement;
}

/** What Lambda does in the name of a function that stands in a VPC (AWS Lambda developer guide, "Required IAM permissions"). */
export function onNetworkInterfaces(scope: IConstruct): PolicyStatement[] {
  const every = { service: 'ec2', resource: '*', resourceName: '*' };
  return [
    onEverything('ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'),
    new PolicyStatement({
      actions: [
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: [Stack.of(scope).formatArn(every)],
    }),
  ];
}

/** Only events that say they come from Keyturn, on the account's default bus. */
export function onDefaultBus(scope: IConstruct): PolicyStatement {
  const bus = { service: 'events', resource: 'event-bus', resourceName: 'default' };
  return new PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [Stack.of(scope).formatArn(bus)],
    conditions: {
      'ForAllValues:StringEquals': {
        'events:source': PROMOTED.source,
        'events:detail-type': PROMOTED.detailType,
      },
    },
  });
}

/** For who writes to the table, but no events of the ledger, no proof of a version, and no endpoint that an operator has accepted. */
export function exceptProtected({ table }: Storage): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.DENY,
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resources: [table.tableArn],
    conditions: {
      'ForAnyValue:StringLike': {
        'dynamodb:LeadingKeys': PROTECTED.map((prefix) => `${prefix}*`),
      },
    },
  });
}

/** `keys` are S3 keys, in which `*` stands for any run. */
export function onReports({ bucket }: Storage, action: string, ...keys: string[]): PolicyStatement {
  return new PolicyStatement({
    actions: [`s3:${action}`],
    resources: keys.map((key) => bucket.arnForObjects(key)),
  });
}

/** With it S3 answers 404 for a report that does not exist; without it 403, as if there were one. */
export function listReports({ bucket }: Storage): PolicyStatement {
  return new PolicyStatement({
    actions: ['s3:ListBucket'],
    resources: [bucket.bucketArn],
    conditions: { StringLike: { 's3:prefix': 'audits/*' } },
  });
}

const DECRYPT = ['kms:Decrypt'];
/** A service that writes asks for a new data key, and opens the one in use. */
const ENCRYPT = ['kms:Decrypt', 'kms:GenerateDataKey'];

export function decryptSecrets({ storage, config }: Deployment): PolicyStatement {
  return throughService(storage, 'secretsmanager', DECRYPT, adoptedKeys(config));
}

/** Their state and rotation, of the keys that `decryptSecrets` may use. */
export function describeKeys({ storage, config }: Deployment): PolicyStatement {
  return new PolicyStatement({
    actions: ['kms:DescribeKey', 'kms:GetKeyRotationStatus'],
    resources: [storage.key.keyArn, ...adoptedKeys(config)],
  });
}

export function encryptSecrets({ storage, config }: Deployment): PolicyStatement {
  return throughService(storage, 'secretsmanager', ENCRYPT, adoptedKeys(config));
}

/** DynamoDB opens its own table key with the caller's permission, to write as well as to read. */
export function decryptTable(storage: Storage): PolicyStatement {
  return throughService(storage, 'dynamodb', DECRYPT);
}

export function decryptReports(storage: Storage): PolicyStatement {
  return throughService(storage, 's3', DECRYPT);
}

export function encryptReports(storage: Storage): PolicyStatement {
  return throughService(storage, 's3', ENCRYPT);
}

/** The key works inside the named service only; a direct call to KMS is refused. */
function throughService(
  storage: Storage,
  service: string,
  actions: string[],
  otherKeys: readonly string[] = [],
): PolicyStatement {
  const host = `${service}.${Stack.of(storage).region}.amazonaws.com`;
  return new PolicyStatement({
    actions,
    resources: [storage.key.keyArn, ...otherKeys],
    conditions: { StringEquals: { 'kms:ViaService': host } },
  });
}

function adoptedKeys({ credentials }: Config): string[] {
  return credentials.flatMap((one) => (one.type === 'existing' && one.kmsKeyArn ? [one.kmsKeyArn] : []));
}
