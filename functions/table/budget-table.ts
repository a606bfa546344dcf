import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type DynamoDBClient, GetItemCommand, putIf } from '../aws/dynamodb.ts';
import { type Tally, UNTOUCHED } from '../budget/tally.ts';

/** Longer than any window, login and circuit together; DynamoDB deletes the item some time after it. */
const KEPT_SECONDS = 3 * 24 * 60 * 60;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** What is written goes out under a new revision, and only over the revision that was read. */
export interface Stored {
  readonly tally: Tally;
  readonly revision: string | null;
}

/** The tallies in DynamoDB, shared by all functions. Rejects with the SDK's own error when DynamoDB does. */
export class BudgetTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #newId: () => string;

  /** `newId` never repeats itself, over all processes. */
  constructor(client: DynamoDBClient, table: string, newId: () => string) {
    this.#client = client;
    this.#table = table;
    this.#newId = newId;
  }

  async read(key: Key): Promise<Tally> {
    return (await this.#get(key)).tally;
  }

  /**
   * Decides on the tally as it is, and writes what the decision makes of it, if anything; when another process wrote in
   * between, all over again. Each turn that is lost was won by another process, so this comes to an end. It begins with
   * what is `known` of the item, where that can only end in a write: one that has become old fails, and reads anew.
   */
  async change<D extends { readonly tally: Tally } | { readonly kind: string }>(
    key: Key,
    now: () => number,
    decide: (tally: Tally, now: number) => D,
    known?: Stored,
  ): Promise<{ readonly decision: D; readonly stored: Stored }> {
    for (let stored = known ?? (await this.#get(key)); ; stored = await this.#get(key)) {
      const at = now();
      const decision = decide(stored.tally, at);
      if (!('tally' in decision)) return { decision, stored };
      const revision = await this.#put(key, decision.tally, stored.revision, at);
      if (revision !== null) return { decision, stored: { tally: decision.tally, revision } };
    }
  }

  async #get(key: Key): Promise<Stored> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: marshall(key), ConsistentRead: true }),
    );
    if (!Item) return { tally: UNTOUCHED, revision: null };
    const { logins, heldUntil, revision } = unmarshall(Item) as Tally & { readonly revision: string };
    return { tally: { logins, heldUntil }, revision };
  }

  /** The new revision; null when another process wrote in between. */
  async #put(key: Key, tally: Tally, over: string | null, now: number): Promise<string | null> {
    const ends = Object.values(tally.logins).flatMap(({ at, restsUntil }) => [at, restsUntil]);
    const expiresAt = Math.ceil(Math.max(now, tally.heldUntil, ...ends) / 1000) + KEPT_SECONDS;
    const revision = this.#newId();
    const written = await putIf(this.#client, {
      TableName: this.#table,
      Item: marshall({ ...key, ...tally, revision, expiresAt }),
      ConditionExpression: over === null ? 'attribute_not_exists(pk)' : 'revision = :read',
      ...(over !== null && { ExpressionAttributeValues: marshall({ ':read': over }) }),
    });
    return written ? revision : null;
  }
}
