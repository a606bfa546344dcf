import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Remembered } from '../audit/memory/remembered.ts';
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '../aws/dynamodb.ts';

const DAY_SECONDS = 24 * 60 * 60;

/** Both, so that a batch that is examined twice in a run is compared with the run before it both times. */
interface Item {
  readonly runId: string;
  readonly seen: Remembered;
  readonly before: Remembered | null;
}

/** One item a credential in DynamoDB, some hundred bytes; forgotten when it was not examined for as long as reports are kept. */
export class MemoryTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #retentionDays: number;

  constructor(client: DynamoDBClient, table: string, retentionDays: number) {
    this.#client = client;
    this.#table = table;
    this.#retentionDays = retentionDays;
  }

  /** What the runs before this one left; null when there was none. Rejects with the error of DynamoDB. */
  async before(runId: string, secretArn: string): Promise<Remembered | null> {
    const { Item: stored } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: marshall(keyOf(secretArn)), ConsistentRead: true }),
    );
    if (!stored) return null;
    const item = unmarshall(stored) as Item;
    return item.runId === runId ? item.before : item.seen;
  }

  /** `before` as it was read in this run. */
  async write(
    runId: string,
    secretArn: string,
    { seen, before }: Pick<Item, 'seen' | 'before'>,
  ): Promise<void> {
    const expiresAt = Math.floor(seen.examinedAt / 1000) + this.#retentionDays * DAY_SECONDS;
    const item = { ...keyOf(secretArn), runId, seen, before, expiresAt };
    await this.#client.send(
      new PutItemCommand({
        TableName: this.#table,
        Item: marshall(item, { removeUndefinedValues: true }),
      }),
    );
  }
}

function keyOf(secretArn: string) {
  return { pk: `AUDITED#${secretArn}`, sk: 'MEMORY' };
}
