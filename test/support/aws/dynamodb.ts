import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { type Table, tableOf } from '../../../functions/table/dynamodb.ts';
import { DUE_INDEX } from '../../../functions/table/items.ts';
import { Faults } from './faults.ts';

type Item = Record<string, AttributeValue>;
type Send = (command: unknown) => Promise<object>;

/** Before any test replaces it. */
const sendToServer = DynamoDBDocumentClient.prototype.send as (
  this: DynamoDBDocumentClient,
  command: unknown,
) => Promise<object>;

const CALLER = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const TableName = 'table';
const key = (AttributeName: string, KeyType: 'HASH' | 'RANGE') => ({
  attribute: { AttributeName, AttributeType: 'S' as const },
  schema: { AttributeName, KeyType },
});
const KEYS = [key('pk', 'HASH'), key('sk', 'RANGE')];

/** One table named `table` with `pk` and `sk`, in a DynamoDB of its own in this process: real expressions, real errors. */
export class InProcessTable implements Table {
  readonly name = TableName;
  readonly client: DynamoDBDocumentClient;
  readonly #url = openTable();
  readonly #server: DynamoDBClient;

  constructor(faults = new Faults()) {
    this.#server = this.#newClient();
    const { client } = tableOf(this.#server, TableName);
    const send: Send = (command) => faults.call(() => sendToServer.call(client, command));
    this.client = Object.assign(tableOf(this.#server, TableName).client, { send });
  }

  /** For AWS_ENDPOINT_URL_DYNAMODB of another process. */
  url(): Promise<string> {
    return this.#url;
  }

  /** By connections of its own, as another process reaches it. */
  fromElsewhere(): Table {
    return tableOf(this.#newClient(), TableName);
  }

  /** Nothing is in the table any more. */
  async clear(): Promise<void> {
    for (const { pk, sk } of (await this.items()).values())
      if (pk && sk) await this.#server.send(new DeleteItemCommand({ TableName, Key: { pk, sk } }));
  }

  /** All that is in the table, by `pk|sk`. */
  async items(): Promise<Map<string, Item>> {
    const items = new Map<string, Item>();
    for await (const { Items = [] } of paginateScan({ client: this.#server }, { TableName })) {
      for (const item of Items) items.set(`${item.pk?.S}|${item.sk?.S}`, item);
    }
    return items;
  }

  #newClient(): DynamoDBClient {
    return new DynamoDBClient({ ...CALLER, endpoint: async () => ({ url: new URL(await this.#url) }) });
  }
}

/** Where a DynamoDB with that table listens. */
async function openTable(): Promise<string> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await createTable(new DynamoDBClient({ ...CALLER, endpoint: url }));
  return url;
}

/** As infra/constructs/storage.ts has it. */
const DUE: GlobalSecondaryIndex = {
  IndexName: DUE_INDEX.name,
  KeySchema: [
    { AttributeName: DUE_INDEX.partition, KeyType: 'HASH' },
    { AttributeName: DUE_INDEX.sort, KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['secretArn'] },
};
const DUE_ATTRIBUTES = [
  { AttributeName: DUE_INDEX.partition, AttributeType: 'S' as const },
  { AttributeName: DUE_INDEX.sort, AttributeType: 'N' as const },
];

async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [...KEYS.map(({ attribute }) => attribute), ...DUE_ATTRIBUTES],
      KeySchema: KEYS.map(({ schema }) => schema),
      GlobalSecondaryIndexes: [DUE],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  while ((await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus !== 'ACTIVE');
}
