import { randomUUID } from 'node:crypto';
import { logger } from '../observe/logger.ts';
import { spelt } from '../secrets/endpoint.ts';
import { getItem, putItem, putItemIf, queryItems, type Table } from './dynamodb.ts';
import {
  type AcceptedEndpoint,
  type Deactivation,
  expiry,
  KEPT_DAYS,
  type Key,
  keys,
  type LedgerEvent,
  type Mint,
  type Operation,
  PARTITION,
  SORT,
  type VersionProof,
} from './items.ts';
import { Lease } from './lease.ts';

/** What the table has of the making and the retirement of a secret's credentials. */
export interface History {
  readonly mints: readonly Mint[];
  readonly deactivations: readonly Deactivation[];
}

/** What Keyturn did to each credential, when, with what result. */
export class Ledger {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** All but the validations, which come last in the partition of a secret: one call. */
  async historyOf(secretArn: string): Promise<History> {
    const { pk, sk } = keys.validation(secretArn, '');
    const items = await queryItems<Stored>(this.#table, 'pk = :pk AND sk < :sk', { ':pk': pk, ':sk': sk });
    const of = <Item>(prefix: string) =>
      [...items].flatMap(([key, item]) => (key.startsWith(prefix) ? [named(item) as Item] : []));
    return { mints: of<Mint>(SORT.mint), deactivations: of<Deactivation>(SORT.deactivation) };
  }

  recordMint(secretArn: string, mint: Mint): Promise<void> {
    return this.#put(keys.mint(secretArn, mint.token), mint, KEPT_DAYS.mint);
  }

  /** False, and nothing is written, when another attempt was opened since `mint` was read: that one may have made something. */
  amendMint(secretArn: string, mint: Mint): Promise<boolean> {
    const { startedAt, token } = mint;
    const item = { ...mint, ...keys.mint(secretArn, token), expiresAt: expiry(Date.now(), KEPT_DAYS.mint) };
    return putItemIf(this.#table, item, 'attribute_not_exists(pk) OR startedAt = :startedAt', {
      ':startedAt': startedAt,
    });
  }

  recordDeactivation(secretArn: string, deactivation: Deactivation): Promise<void> {
    const key = keys.deactivation(secretArn, deactivation.credentialId);
    return this.#put(key, deactivation, KEPT_DAYS.deactivation);
  }

  recordProof(secretArn: string, proof: VersionProof): Promise<void> {
    return this.#put(keys.proof(secretArn, proof.token), proof, KEPT_DAYS.proof);
  }

  /** The newest try to prove a version; null when there is none. */
  proofOf(secretArn: string, versionId: string): Promise<VersionProof | null> {
    return getItem(this.#table, keys.proof(secretArn, versionId));
  }

  /** It stands until somebody takes it out of the table: what is accepted does not end with a date. */
  acceptEndpoint(secretArn: string, accepted: AcceptedEndpoint): Promise<void> {
    return putItem(this.#table, { ...keys.acceptedEndpoint(secretArn, spelt(accepted)), ...accepted });
  }

  async acceptedEndpoints(secretArn: string): Promise<AcceptedEndpoint[]> {
    return this.#partition(PARTITION.endpoints + secretArn);
  }

  /**
   * What was done to a credential: `result` is a closed word, `details` plain values; `who` among them, or it was a
   * schedule. It goes to the log first, where the functions can only append: nothing stands in the table that is not there.
   */
  async recordEvent(
    secretArn: string,
    event: string,
    at: number,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const recorded: LedgerEvent = { who: 'schedule', ...details, event, at };
    const key = keys.event(secretArn, at, newOrder());
    logger.info('ledger.event', { event: 'ledger.event', secretArn, sk: key.sk, recorded });
    const item = { ...recorded, ...key, expiresAt: expiry(at, KEPT_DAYS.event) };
    // Where it does not hold, this very event is there already, and only the answer was lost.
    await putItemIf(this.#table, item, 'attribute_not_exists(pk)');
  }

  /** Oldest first; those of the last 400 days. */
  async events(secretArn: string): Promise<LedgerEvent[]> {
    return this.#partition(PARTITION.events + secretArn);
  }

  #put(key: Key, item: object, days: number): Promise<void> {
    return putItem(this.#table, { ...item, ...key, expiresAt: expiry(Date.now(), days) });
  }

  async #partition<Item>(pk: string): Promise<Item[]> {
    return [...(await queryItems<Item>(this.#table, 'pk = :pk', { ':pk': pk })).values()];
  }
}

type Stored = Readonly<Record<string, unknown>>;

/** Up to version 0.1 the id of any credential was called as that of Amazon SES is. */
function named({ accessKeyId, ...item }: Stored): Stored {
  return accessKeyId === undefined ? item : { credentialId: accessKeyId, ...item };
}

/** Later than all before it in this process, and like none of another. */
function newOrder(): string {
  return `${String(process.hrtime.bigint()).padStart(18, '0')}#${randomUUID()}`;
}

/** Operations by their id, and the lease of the one that a secret is in the hands of. */
export class Operations {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** `taken`: the id is that of another request. The same request again is the operation that there is. */
  async begin(operation: Operation): Promise<Operation | 'taken'> {
    const expiresAt = expiry(operation.requestedAt, KEPT_DAYS.operation);
    const item = { ...keys.operation(operation.operationId), expiresAt, request: operation };
    if (await putItemIf(this.#table, item, 'attribute_not_exists(pk)')) return operation;
    const known = await this.find(operation.operationId);
    return known && requestIn(known) === requestIn(operation) ? known : 'taken';
  }

  async find(operationId: string): Promise<Operation | null> {
    const found = await getItem<{ readonly request: Operation }>(this.#table, keys.operation(operationId));
    return found?.request ?? null;
  }

  /** Held by the id of an operation. */
  leaseOn(secretArn: string): Lease {
    return new Lease(this.#table, keys.secretLease(secretArn));
  }
}

/** What was asked for; not when, and not through which session. */
function requestIn({ operation, secretArn, fix, endpoint, reason }: Operation): string {
  return JSON.stringify([operation, secretArn, fix, endpoint, reason]);
}
