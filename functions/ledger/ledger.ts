import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { ValidationResult } from '../credential/validation.ts';

const DAY_SECONDS = 24 * 60 * 60;
const VALIDATION_DAYS = 90;
const KEY_DAYS = 400;

/** One attempt to mint an access key. `startedAt` is written before the key exists, so that an orphan can be proven ours. */
export interface Mint {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Set once the key's password is safe in the AWSPENDING version. */
  readonly accessKeyId: string | null;
}

/** When a replaced access key was deactivated; milliseconds since 1970. */
export interface Deactivation {
  readonly accessKeyId: string;
  readonly deactivatedAt: number;
}

type Item = Readonly<Record<string, unknown>>;

/** What Keyturn did, when, with what result: one DynamoDB table, partition `SECRET#<arn>`. */
export class Ledger {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async recordValidation(secretArn: string, result: ValidationResult): Promise<void> {
    await this.#put(secretArn, `VALIDATION#${result.checkedAt}#${result.versionId}`, result, VALIDATION_DAYS);
  }

  async recordMint(secretArn: string, mint: Mint): Promise<void> {
    await this.#put(secretArn, `MINT#${mint.token}`, mint, KEY_DAYS);
  }

  async mints(secretArn: string): Promise<Mint[]> {
    return (await this.#query(secretArn, 'MINT#')) as unknown as Mint[];
  }

  async recordDeactivation(secretArn: string, deactivation: Deactivation): Promise<void> {
    await this.#put(secretArn, `KEY#${deactivation.accessKeyId}`, deactivation, KEY_DAYS);
  }

  async deactivations(secretArn: string): Promise<Deactivation[]> {
    return (await this.#query(secretArn, 'KEY#')) as unknown as Deactivation[];
  }

  /** What rotation and retirement did to a credential: `result` is a closed word, `details` plain values. */
  async recordEvent(secretArn: string, event: string, at: number, details: Item): Promise<void> {
    const time = new Date(at).toISOString();
    await this.#put(secretArn, `EVENT#${time}#${event}`, { event, at, ...details }, KEY_DAYS);
  }

  async #put(secretArn: string, sk: string, fields: object, days: number): Promise<void> {
    const expiresAt = Math.floor(Date.now() / 1000) + days * DAY_SECONDS;
    const item = { ...fields, pk: partition(secretArn), sk, expiresAt };
    await this.#client.send(
      new PutItemCommand({ TableName: this.#table, Item: marshall(item, { removeUndefinedValues: true }) }),
    );
  }

  async #query(secretArn: string, prefix: string): Promise<Item[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: marshall({ ':pk': partition(secretArn), ':prefix': prefix }),
      },
    );
    const items: Item[] = [];
    for await (const { Items } of pages) items.push(...(Items ?? []).map((item) => read(item)));
    return items;
  }
}

function read(item: Record<string, AttributeValue>): Item {
  return unmarshall(item);
}

function partition(secretArn: string): string {
  return `SECRET#${secretArn}`;
}
