import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type DynamoDBClient, GetItemCommand, putIf } from '../aws/dynamodb.ts';
import type { Operation } from '../lifecycle/operate/operation.ts';
import { canonicalJson } from './canonical-json.ts';
import { KEPT_SECONDS } from './chain.ts';

/** Operations by their id, and which one a secret is in the hands of. */
export class OperationTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** `taken`: the id is that of another request. The same request again is the operation that there is. */
  async begin(operation: Operation): Promise<Operation | 'taken'> {
    const expiresAt = Math.floor(operation.requestedAt / 1000) + KEPT_SECONDS;
    const item = { ...keyOf(operation.operationId), expiresAt, request: operation };
    if (await this.#put(item, 'attribute_not_exists(pk)')) return operation;
    const known = await this.find(operation.operationId);
    return known && requestIn(known) === requestIn(operation) ? known : 'taken';
  }

  async find(operationId: string): Promise<Operation | null> {
    const found = await this.#get(keyOf(operationId));
    return found && (found.request as Operation);
  }

  /** Whether the secret is now in the hands of this operation, until `until` (ms since 1970): two could undo each other. */
  acquire({ secretArn, operationId }: Operation, now: number, until: number): Promise<boolean> {
    return this.#put(
      { ...holderKey(secretArn), operationId, heldUntil: until },
      'attribute_not_exists(pk) OR heldUntil <= :now OR operationId = :id',
      { ':now': now, ':id': operationId },
    );
  }

  /** Whether an operation has the secret in hand at `now` (ms since 1970). */
  async isHeld(secretArn: string, now: number): Promise<boolean> {
    const held = await this.#get(holderKey(secretArn));
    return held !== null && (held.heldUntil as number) > now;
  }

  /** Not deleted: no function may delete anything in the table. */
  async release({ secretArn, operationId }: Operation): Promise<void> {
    const item = { ...holderKey(secretArn), operationId, heldUntil: 0 };
    await this.#put(item, 'operationId = :id', { ':id': operationId });
  }

  async #get(key: object): Promise<Readonly<Record<string, unknown>> | null> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: marshall(key), ConsistentRead: true }),
    );
    return Item ? unmarshall(Item) : null;
  }

  #put(item: object, condition: string, values?: object): Promise<boolean> {
    return putIf(this.#client, {
      TableName: this.#table,
      Item: marshall(item),
      ConditionExpression: condition,
      ...(values && { ExpressionAttributeValues: marshall(values) }),
    });
  }
}

/** What was asked for; not when, and not through which session. */
function requestIn({ operation, secretArn, fix, endpoint, reason }: Operation): string {
  return canonicalJson({ operation, secretArn, fix, endpoint, reason });
}

function keyOf(operationId: string) {
  return { pk: `OPERATION#${operationId}`, sk: 'OPERATION' };
}

function holderKey(secretArn: string) {
  return { pk: `SECRET#${secretArn}`, sk: 'OPERATION' };
}
