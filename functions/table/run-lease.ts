import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Run } from '../audit/run/run.ts';
import {
  type DynamoDBClient,
  GetItemCommand,
  isConditionalCheckFailed,
  PutItemCommand,
} from '../aws/dynamodb.ts';
import { AUDIT_LEASE } from '../observe/names.ts';

/**
 * The plan and each batch begin by taking it. None of them can go on for so long (a function has 15 minutes), so nothing of
 * a run is at work when its lease is over; and a run that was stopped by hand holds up the next one for no longer.
 */
export const LEASE_MS = 20 * 60 * 1000;
const DAY_SECONDS = 24 * 60 * 60;
const KEY = { pk: AUDIT_LEASE, sk: 'LEASE' };

/** `runId` of the run that holds the lease. */
export type Leased = { readonly kind: 'taken' } | { readonly kind: 'held'; readonly runId: string };

/** One audit at a time: two would log in to the same accounts at once, and spend each other's login budget. */
export class RunLease {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Longer by the run that holds it. `now` in milliseconds since 1970. */
  async take({ runId }: Pick<Run, 'runId'>, now: number): Promise<Leased> {
    const heldUntil = now + LEASE_MS;
    const free = 'attribute_not_exists(pk) OR heldUntil < :now OR runId = :runId';
    const written = await this.#put({ runId, heldUntil }, free, { ':now': now, ':runId': runId });
    return written ? { kind: 'taken' } : { kind: 'held', runId: await this.#holder() };
  }

  /** A lease that is over, or another run's, stays as it is. */
  async release(runId: string): Promise<void> {
    await this.#put({ runId, heldUntil: 0 }, 'runId = :runId', { ':runId': runId });
  }

  async #put(
    lease: { readonly runId: string; readonly heldUntil: number },
    condition: string,
    values: object,
  ): Promise<boolean> {
    const expiresAt = Math.ceil(lease.heldUntil / 1000) + DAY_SECONDS;
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: marshall({ ...KEY, ...lease, expiresAt }),
          ConditionExpression: condition,
          ExpressionAttributeValues: marshall(values),
        }),
      );
      return true;
    } catch (error) {
      if (isConditionalCheckFailed(error)) return false;
      throw error;
    }
  }

  async #holder(): Promise<string> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: marshall(KEY), ConsistentRead: true }),
    );
    return Item ? String(unmarshall(Item).runId) : 'a run that has just ended';
  }
}
