import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import {
  type DynamoDBClient,
  GetItemCommand,
  isConditionalCheckFailed,
  QueryCommand,
  UpdateItemCommand,
} from '../aws/dynamodb.ts';
import { type Check, type CredentialStatus, type Recorded, statusOf } from './credential-status.ts';
import { secretNameOf } from './secret-name.ts';

/** The names are spread over 16 partitions of 1,000 writes a second each; one for all would slow down a large audit. */
const SHARDS = [...'0123456789abcdef'];

type Key = Readonly<{ pk: string; sk: string }>;
type Part = keyof Recorded;

/** One item a credential, under its secret's name: its last definite verdict, and its newest check of any verdict. */
export class CredentialStatuses {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** A slow older check never overwrites a newer one. `expiresAt` in seconds since 1970. */
  async record(check: Check, expiresAt: number): Promise<void> {
    const definite = check.credential !== 'unknown';
    const recorded = await this.#set(definite ? ['lastCheck', 'known'] : ['lastCheck'], check, expiresAt);
    if (!recorded && definite) await this.#set(['known'], check, expiresAt);
  }

  async find(secretName: string): Promise<CredentialStatus | null> {
    const { Item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#table,
        Key: marshall(keyOf(secretName)),
        ConsistentRead: true,
      }),
    );
    return Item ? statusOf(read(Item)) : null;
  }

  /**
   * Up to `limit` credentials behind the one named `after`, in the table's own order: stable, but not that of the names.
   * Any text may stand for `after`: it only says where to go on among credentials.
   */
  async page(limit: number, after: string | undefined): Promise<CredentialStatus[]> {
    const found: CredentialStatus[] = [];
    const first = after === undefined ? 0 : SHARDS.indexOf(shardOf(after));
    for (const shard of SHARDS.slice(first)) {
      const start = after !== undefined && shard === shardOf(after) ? keyOf(after) : undefined;
      found.push(...(await this.#query(shard, limit - found.length, start)));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** False when what is there is as new or newer. The first of `parts` decides. */
  async #set(parts: readonly [Part, ...Part[]], check: Check, expiresAt: number): Promise<boolean> {
    const [first] = parts;
    const assignments = parts.map((part) => `${part} = :check`).join(', ');
    try {
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: marshall(keyOf(secretNameOf(check.secretArn))),
          UpdateExpression: `SET ${assignments}, expiresAt = :expiresAt`,
          ConditionExpression: `attribute_not_exists(${first}) OR ${first}.checkedAt < :checkedAt`,
          ExpressionAttributeValues: marshall({
            ':check': check,
            ':checkedAt': check.checkedAt,
            ':expiresAt': expiresAt,
          }),
        }),
      );
      return true;
    } catch (error) {
      if (isConditionalCheckFailed(error)) return false;
      throw error;
    }
  }

  async #query(shard: string, limit: number, start: Key | undefined): Promise<CredentialStatus[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: marshall({ ':pk': partition(shard) }),
        Limit: limit,
        ...(start && { ExclusiveStartKey: marshall(start) }),
      }),
    );
    return Items.map((item) => statusOf(read(item)));
  }
}

function keyOf(secretName: string): Key {
  return { pk: partition(shardOf(secretName)), sk: secretName };
}

function partition(shard: string): string {
  return `CREDENTIALS#${shard}`;
}

function shardOf(secretName: string): string {
  return createHash('sha256').update(secretName).digest('hex').charAt(0);
}

function read(item: Record<string, AttributeValue>): Recorded {
  return unmarshall(item) as Recorded;
}
