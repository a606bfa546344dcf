import { getItem, putItemIf, type Table } from './dynamodb.ts';
import { expiry, type HeldLease, KEPT_DAYS, type Key } from './items.ts';

/** `holder`: who has it instead. */
export type Acquired = { readonly kind: 'acquired' } | { readonly kind: 'held'; readonly holder: string };

/**
 * One at a time: the audit's runs, which would spend each other's login budget, and the operations on one secret, which
 * could undo each other. Whoever dies holds the others up until its time is over. All times in milliseconds since 1970.
 */
export class Lease {
  readonly #table: Table;
  readonly #key: Key;

  constructor(table: Table, key: Key) {
    this.#table = table;
    this.#key = key;
  }

  /** Until `heldUntil`; longer, for whoever holds it already. */
  async acquire(holder: string, heldUntil: number, now: number): Promise<Acquired> {
    const free = 'attribute_not_exists(pk) OR heldUntil <= :now OR holder = :holder';
    if (await this.#put({ holder, heldUntil }, free, { ':now': now, ':holder': holder }))
      return { kind: 'acquired' };
    return { kind: 'held', holder: (await this.#read())?.holder ?? 'one that has just ended' };
  }

  /** One that is over, or somebody else's, stays as it is. Not deleted: no function may delete anything in the table. */
  async release(holder: string): Promise<void> {
    await this.#put({ holder, heldUntil: 0 }, 'holder = :holder', { ':holder': holder });
  }

  /** Who has held it for as long as they might, and has not let go; null: nobody. */
  async left(now: number): Promise<string | null> {
    const { holder, heldUntil } = (await this.#read()) ?? { holder: null, heldUntil: 0 };
    return heldUntil > 0 && heldUntil <= now ? holder : null;
  }

  async isHeld(now: number): Promise<boolean> {
    return isHeld(await this.#read(), now);
  }

  #read(): Promise<HeldLease | null> {
    return getItem(this.#table, this.#key);
  }

  #put(lease: HeldLease, condition: string, values: Readonly<Record<string, unknown>>): Promise<boolean> {
    const item = { ...this.#key, ...lease, expiresAt: expiry(lease.heldUntil, KEPT_DAYS.lease) };
    return putItemIf(this.#table, item, condition, values);
  }
}

/**
 * The one rule, also for a lease that was read with more than itself (`Ledger.historyOf`).
 *
 * @public
 */
export function isHeld(lease: HeldLease | null, now: number): boolean {
  return lease !== null && lease.heldUntil > now;
}
