import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Key } from './items.ts';

/** The one table of a deployment. All calls below reject with the SDK's own error when DynamoDB does. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

export function tableOf(client: DynamoDBClient, name: string): Table {
  const marshallOptions = { removeUndefinedValues: true };
  return { client: DynamoDBDocumentClient.from(client, { marshallOptions }), name };
}

type Values = Readonly<Record<string, unknown>>;
type Written = Key & { readonly expiresAt?: number; readonly [attribute: string]: unknown };

/** Read after all writes that were answered before; null when there is none. */
export async function getItem<Item>({ client, name }: Table, { pk, sk }: Key): Promise<Item | null> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: { pk, sk }, ConsistentRead: true }),
  );
  return Item ? itemIn<Item>(Item) : null;
}

export async function putItem({ client, name }: Table, item: Written): Promise<void> {
  await client.send(new PutCommand({ TableName: name, Item: item }));
}

/** False, and nothing is put, when the condition does not hold: somebody else wrote in between. */
export function putItemIf(
  { client, name }: Table,
  item: Written,
  condition: string,
  values?: Values,
): Promise<boolean> {
  const input = { TableName: name, Item: item, ConditionExpression: condition };
  return held(
    client.send(new PutCommand({ ...input, ...(values && { ExpressionAttributeValues: { ...values } }) })),
  );
}

/** False, and nothing is changed, when the condition does not hold. */
export function updateItemIf(
  { client, name }: Table,
  { pk, sk }: Key,
  change: Pick<UpdateCommandInput, 'UpdateExpression' | 'ExpressionAttributeValues'> & {
    readonly ConditionExpression: string;
  },
): Promise<boolean> {
  return held(client.send(new UpdateCommand({ TableName: name, Key: { pk, sk }, ...change })));
}

/** All items that a condition on the keys names, read after all writes that were answered before; by their sort keys. */
export async function queryItems<Item>(
  { client, name }: Table,
  condition: string,
  values: Values,
): Promise<Map<string, Item>> {
  const input = { TableName: name, ConsistentRead: true, ...conditionOn(condition, values) };
  const items = new Map<string, Item>();
  for await (const { Items = [] } of paginateQuery({ client }, input))
    for (const item of Items) items.set(item.sk, itemIn<Item>(item));
  return items;
}

/** Up to so many items, perhaps as they were a moment ago. */
export async function queryPage<Item>(
  { client, name }: Table,
  condition: string,
  values: Values,
  page: Pick<QueryCommandInput, 'IndexName' | 'ScanIndexForward' | 'ExclusiveStartKey'> & {
    readonly Limit: number;
  },
): Promise<Item[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({ TableName: name, ...conditionOn(condition, values), ...page }),
  );
  return Items.map((item) => itemIn<Item>(item));
}

function conditionOn(condition: string, values: Values) {
  return { KeyConditionExpression: condition, ExpressionAttributeValues: { ...values } };
}

/** Without what the table itself needs. */
function itemIn<Item>({ pk: _pk, sk: _sk, expiresAt: _expiresAt, ...item }: Values): Item {
  return item as Item;
}

async function held(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
