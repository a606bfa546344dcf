import { getItem, putItemIf, type Table } from './dynamodb.ts';
import { expiry, type HeldLease, KEPT_DAYS, type Key } from './items.ts';

/** `held`: who has it instead, and until when at the latest. */
export type Acquired = { readonly kind: 'acquired' } | Held;
export type Held = { readonly kind: 'held' } & Pick<HeldLease, 'holder' | 'heldUntil'>;

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

  /** Until `heldUntil`; longer, for whoever holds it already, unless somebody comes next. */
  async acquire(holder: string, heldUntil: number, now: number): Promise<Acquired> {
    if (await this.#put({ holder, heldUntil }, FREE, { ':now': now, ':holder': holder }))
      return { kind: 'acquired' };
    return { kind: 'held', ...((await this.#read()) ?? { holder: 'one that has just ended', heldUntil: 0 }) };
  }

  /** From now on its holder cannot prolong it. False: another one comes next, or it is not held like that any more. */
  comeNext(successor: string, { holder, heldUntil }: Held): Promise<boolean> {
    const values = { ':holder': holder, ':until': heldUntil, ':successor': successor };
    return this.#put({ holder, heldUntil, successor }, `heldUntil = :until AND ${OF_BOTH}`, values);
  }

  /**
   * Resolves to who comes next; null: nobody. One that is over, or somebody else's, stays as it is. Not deleted: no function
   * may delete anything in the table.
   */
  async release(holder: string): Promise<string | null> {
    const over = { holder, heldUntil: 0 };
    if (await this.#put(over, OF_ONE, { ':holder': holder })) return null;
    const { successor } = (await this.#read()) ?? {};
    if (successor === undefined) return null;
    const values = { ':holder': holder, ':successor': successor };
    return (await this.#put({ ...over, successor }, OF_BOTH, values)) ? successor : null;
  }

  /** Who is expected to go on: whoever was to come next, or has held it for as long as they might; null: nobody. */
  async left(now: number): Promise<string | null> {
    const lease = await this.#read();
    if (!lease || isHeld(lease, now)) return null;
    return lease.successor ?? (lease.heldUntil > 0 ? lease.holder : null);
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

const OF_ONE = 'holder = :holder AND attribute_not_exists(successor)';
const OF_BOTH = 'holder = :holder AND (attribute_not_exists(successor) OR successor = :successor)';
const FREE = `attribute_not_exists(pk) OR heldUntil <= :now OR (${OF_ONE})`;

function isHeld(lease: HeldLease | null, now: number): boolean {
  return lease !== null && lease.heldUntil > now;
}
