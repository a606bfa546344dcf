import { createHash } from 'node:crypto';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type DynamoDBClient, GetItemCommand, putIf } from '../aws/dynamodb.ts';
import type { Credential } from '../credential/credential.ts';
import { type Account, UNTOUCHED } from './account.ts';

/** Longer than any window, login and circuit together; DynamoDB deletes the item some time after it. */
const KEPT_SECONDS = 3 * 24 * 60 * 60;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * One account on one host, whatever the port, since a server locks the account and not the port; and letter case does
 * not tell accounts apart on most. Only a hash of the user name is stored: it may be a mail address.
 */
export function accountKey({ endpoint, username }: Credential): Key {
  const host = endpoint.host.toLowerCase();
  const hash = createHash('sha256').update(`${host}\0${username.toLowerCase()}`).digest('hex');
  return { pk: `BUDGET#${host}#${hash}`, sk: 'ACCOUNT' };
}

export function hostKey({ endpoint }: Credential): Key {
  return { pk: `BUDGET#${endpoint.host.toLowerCase()}`, sk: 'HOST' };
}

/** What is written goes out under a new revision, and only over the revision that was read. */
interface Stored {
  readonly account: Account;
  readonly revision: string | null;
}

/** The accounts in DynamoDB, shared by all functions. Rejects with the SDK's own error when DynamoDB does. */
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

  async read(key: Key): Promise<Account> {
    return (await this.#get(key)).account;
  }

  /**
   * Decides on the account as it is, and writes what the decision makes of it, if anything; when another process wrote
   * in between, all over again. Each turn that is lost was won by another process, so this comes to an end.
   */
  async change<D extends { readonly account: Account } | { readonly kind: string }>(
    key: Key,
    now: () => number,
    decide: (account: Account, now: number) => D,
  ): Promise<D> {
    for (;;) {
      const { account, revision } = await this.#get(key);
      const at = now();
      const decision = decide(account, at);
      if (!('account' in decision)) return decision;
      if (await this.#put(key, decision.account, revision, at)) return decision;
    }
  }

  async #get(key: Key): Promise<Stored> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: marshall(key), ConsistentRead: true }),
    );
    if (!Item) return { account: UNTOUCHED, revision: null };
    const { logins, heldUntil, revision } = unmarshall(Item) as Account & { readonly revision: string };
    return { account: { logins, heldUntil }, revision };
  }

  #put(key: Key, account: Account, over: string | null, now: number): Promise<boolean> {
    const latest = Math.max(now, account.heldUntil, ...Object.values(account.logins));
    const expiresAt = Math.ceil(latest / 1000) + KEPT_SECONDS;
    const item = { ...key, ...account, revision: this.#newId(), expiresAt };
    const condition = over === null ? 'attribute_not_exists(pk)' : 'revision = :read';
    return putIf(this.#client, {
      TableName: this.#table,
      Item: marshall(item),
      ConditionExpression: condition,
      ...(over !== null && { ExpressionAttributeValues: marshall({ ':read': over }) }),
    });
  }
}
