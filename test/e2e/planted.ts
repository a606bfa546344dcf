import { CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** Sorts behind everything that Keyturn writes, so that a search which stops early misses it. */
const NAME = 'zz-planted';

/** Writes `text` once into each kind of place that `everythingWritten` reads. */
export async function plant(sandbox: Sandbox, text: string): Promise<void> {
  await Promise.all([
    plantLogEvent(sandbox, text),
    plantItem(sandbox, text),
    plantObject(sandbox, text),
    plantStack(sandbox, text),
  ]);
}

async function plantLogEvent({ clients: { logs } }: Sandbox, message: string): Promise<void> {
  const stream = { logGroupName: NAME, logStreamName: NAME };
  await logs.send(new CreateLogGroupCommand({ logGroupName: NAME }));
  await logs.send(new CreateLogStreamCommand(stream));
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp: Date.now(), message }] }));
}

async function plantItem({ cloud, outputs }: Sandbox, text: string): Promise<void> {
  const Item = { pk: { S: NAME }, sk: { S: NAME }, text: { S: text } };
  await new DynamoDBClient(cloud.account).send(new PutItemCommand({ TableName: outputs.TableName, Item }));
}

async function plantObject({ clients: { s3 }, outputs }: Sandbox, Body: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: outputs.ReportBucketName, Key: NAME, Body }));
}

async function plantStack({ clients: { cloudFormation } }: Sandbox, text: string): Promise<void> {
  const Handle = { Type: 'AWS::CloudFormation::WaitConditionHandle', Metadata: { text } };
  const TemplateBody = JSON.stringify({ Resources: { Handle } });
  await cloudFormation.send(new CreateStackCommand({ StackName: NAME, TemplateBody }));
}
