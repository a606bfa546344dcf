import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type DynamoDBClient, GetItemCommand, paginateQuery, putIf } from '../aws/dynamodb.ts';
import { KeyturnError } from '../observe/shown.ts';
import { type ChainedEvent, type EventContent, type Head, linkedTo } from './chain.ts';
import type { Chain, StoredEvent } from './chain-verdict.ts';
import { EVENTS, eventKey } from './event-key.ts';

/** Each try that fails means that somebody else's event was taken; so many at once is a fault. */
const TRIES = 100;

type Item = Record<string, unknown>;

/**
 * The events of each secret, as a chain that only grows. An event is put at the next sequence on condition that nothing
 * stands there; the head follows it. Who finds the head one behind brings it up to date first, so a writer may die
 * anywhere.
 */
export class EventLog {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async append(secretArn: string, content: EventContent): Promise<ChainedEvent> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const head = await this.#head(secretArn);
      const event = linkedTo(head, secretArn, content);
      const isNew = await this.#put(itemOf(secretArn, event), 'attribute_not_exists(pk)');
      const standing = isNew ? event : await this.#at(secretArn, event.sequence);
      if (standing) await this.#moveHead(secretArn, head, standing);
      // The same hash without being new: it was put by this call, and only the answer was lost.
      if (standing?.hash === event.hash) return event;
    }
    throw new KeyturnError(`no event could be added to the ledger of ${secretArn} in ${TRIES} tries`);
  }

  /** Everything that is there, read after all writes that were answered before. */
  async read(secretArn: string): Promise<Chain> {
    // The head first: an event that comes in between is one more than it knows, which is no fault.
    const head = await this.#head(secretArn);
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: marshall({ ':pk': EVENTS + secretArn }),
      },
    );
    const stored: StoredEvent[] = [];
    for await (const { Items } of pages) stored.push(...(Items ?? []).map(storedIn));
    return { secretArn, stored, head };
  }

  async #head(secretArn: string): Promise<Head | null> {
    const item = await this.#get(headKey(secretArn));
    return item
      ? ({ sequence: item.sequence, hash: item.hash, expiresAt: item.lastExpiresAt } as Head)
      : null;
  }

  async #at(secretArn: string, sequence: number): Promise<ChainedEvent | null> {
    const item = await this.#get({ pk: EVENTS + secretArn, sk: eventKey(sequence) });
    return item ? (item as unknown as ChainedEvent) : null;
  }

  /** Not named `expiresAt`: that would be the table's sign to delete it. */
  async #moveHead(secretArn: string, from: Head | null, { sequence, hash, expiresAt }: ChainedEvent) {
    const item = { ...headKey(secretArn), sequence, hash, lastExpiresAt: expiresAt };
    await (from
      ? this.#put(item, '#sequence = :from', { ':from': from.sequence }, { '#sequence': 'sequence' })
      : this.#put(item, 'attribute_not_exists(pk)'));
  }

  #put(item: object, condition: string, values?: object, names?: Record<string, string>): Promise<boolean> {
    return putIf(this.#client, {
      TableName: this.#table,
      Item: marshall(item, { removeUndefinedValues: true }),
      ConditionExpression: condition,
      ...(values && { ExpressionAttributeValues: marshall(values) }),
      ...(names && { ExpressionAttributeNames: names }),
    });
  }

  async #get(key: { readonly pk: string; readonly sk: string }): Promise<Item | null> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: marshall(key), ConsistentRead: true }),
    );
    return Item ? unmarshall(Item) : null;
  }
}

function headKey(secretArn: string) {
  return { pk: `SECRET#${secretArn}`, sk: 'EVENTS' };
}

function itemOf(secretArn: string, event: ChainedEvent): object {
  return { ...event, pk: EVENTS + secretArn, sk: eventKey(event.sequence) };
}

function storedIn(item: Record<string, AttributeValue>): StoredEvent {
  const { pk: _pk, sk, ...event } = unmarshall(item);
  return { key: String(sk), event: event as ChainedEvent };
}
