import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type AttributeValue,
  CreateTableCommand,
  DescribeTableCommand,
  paginateScan,
  DynamoDBClient as SdkClient,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { DynamoDBClient } from '../../../functions/aws/dynamodb.ts';
import { Faults } from './faults.ts';

type Item = Record<string, AttributeValue>;
type Send = (command: unknown) => Promise<object>;

/** Before any test replaces it. */
const sendToServer = DynamoDBClient.prototype.send as (
  this: DynamoDBClient,
  command: unknown,
) => Promise<object>;

const CALLER = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
const TableName = 'table';
const key = (AttributeName: string, KeyType: 'HASH' | 'RANGE') => ({
  attribute: { AttributeName, AttributeType: 'S' as const },
  schema: { AttributeName, KeyType },
});
const KEYS = [key('pk', 'HASH'), key('sk', 'RANGE')];

/** One table named `table` with `pk` and `sk`, in a DynamoDB of its own in this process: real expressions, real errors. */
export class InProcessTable {
  readonly client: DynamoDBClient;
  readonly #url = openTable();

  constructor(faults = new Faults()) {
    const server = this.#url.then((url) => new DynamoDBClient({ ...CALLER, AWS_ENDPOINT_URL_DYNAMODB: url }));
    const send: Send = (command) => faults.call(async () => sendToServer.call(await server, command));
    this.client = Object.assign(new DynamoDBClient(), { send });
  }

  /** For AWS_ENDPOINT_URL_DYNAMODB of another process. */
  url(): Promise<string> {
    return this.#url;
  }

  /** All that is in the table, by `pk|sk`. */
  async items(): Promise<Map<string, Item>> {
    const items = new Map<string, Item>();
    for await (const { Items = [] } of paginateScan({ client: sdkClient(await this.#url) }, { TableName })) {
      for (const item of Items) items.set(`${item.pk?.S}|${item.sk?.S}`, item);
    }
    return items;
  }
}

/** Where a DynamoDB with that table listens. */
async function openTable(): Promise<string> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await createTable(sdkClient(url));
  return url;
}

async function createTable(client: SdkClient): Promise<void> {
  const AttributeDefinitions = KEYS.map(({ attribute }) => attribute);
  const KeySchema = KEYS.map(({ schema }) => schema);
  await client.send(
    new CreateTableCommand({ TableName, AttributeDefinitions, KeySchema, BillingMode: 'PAY_PER_REQUEST' }),
  );
  while ((await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus !== 'ACTIVE');
}

function sdkClient(endpoint: string): SdkClient {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: region,
  } = CALLER;
  return new SdkClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
}
