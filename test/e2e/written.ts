import { GetTemplateCommand, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import { paginateDescribeLogGroups, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { AwsClient } from 'aws4fetch';
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

async function reportObjects({ cloud: { account }, outputs }: Sandbox): Promise<string> {
  const { endpoint, region, credentials } = account;
  const s3 = new AwsClient({ ...credentials, region, service: 's3' });
  const read = async (path: string) =>
    (await s3.fetch(`${endpoint}/${outputs.ReportBucketName}${path}`)).text();
  const listing = await read('?list-type=2');
  const keys = [...listing.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key);
  return (await Promise.all(keys.map((key) => read(`/${key}`)))).join('\n');
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
