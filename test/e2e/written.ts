import { gunzipSync } from 'node:zlib';
import { GetTemplateCommand, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import { paginateDescribeLogGroups, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** All that Keyturn has written down in the local AWS, as text by source. */
export async function everythingWritten(sandbox: Sandbox): Promise<Record<string, string>> {
  const [logs, table, reports, templates] = await Promise.all([
    logEvents(sandbox),
    tableItems(sandbox),
    reportObjects(sandbox),
    deployedTemplates(sandbox),
  ]);
  return { logs, table, reports, templates };
}

async function logEvents({ clients: { logs } }: Sandbox): Promise<string> {
  const lines: string[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: logs }, {})) {
    for (const { logGroupName } of logGroups) {
      for await (const { events = [] } of paginateFilterLogEvents({ client: logs }, { logGroupName })) {
        lines.push(...events.map(({ message = '' }) => message));
      }
    }
  }
  return lines.join('\n');
}

async function tableItems({ cloud, outputs }: Sandbox): Promise<string> {
  const client = new DynamoDBClient(cloud.account);
  const items: unknown[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: outputs.TableName }))
    items.push(...Items);
  return JSON.stringify(items);
}

async function reportObjects({ clients: { s3: client }, outputs }: Sandbox): Promise<string> {
  const Bucket = outputs.ReportBucketName;
  const objects: Promise<string>[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
    objects.push(...Contents.map(({ Key }) => objectText(client, Bucket, Key)));
  return (await Promise.all(objects)).join('\n');
}

async function objectText(s3: S3Client, Bucket: string, Key: string | undefined): Promise<string> {
  const { Body, ContentEncoding } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
  return (ContentEncoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
}

async function deployedTemplates({ clients: { cloudFormation: client } }: Sandbox): Promise<string> {
  const templates: string[] = [];
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {})) {
    for (const { StackName } of Stacks) {
      const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName }));
      templates.push(typeof TemplateBody === 'string' ? TemplateBody : JSON.stringify(TemplateBody));
    }
  }
  return templates.join('\n');
}
