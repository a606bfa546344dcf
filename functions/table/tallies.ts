import { getItem, putItemIf, type Table } from './dynamodb.ts';
import { expiry, KEPT_DAYS, type Key, type Tally } from './items.ts';

export const UNTOUCHED: Tally = { logins: {}, heldUntil: 0 };

/** What is written goes out under a new revision, and only over the revision that was read. */
export interface StoredTally {
  readonly tally: Tally;
  readonly revision: string | null;
}

/** The login budget, shared by all functions. */
export class Tallies {
  readonly #table: Table;
  readonly #newId: () => string;

  /** `newId` never repeats itself, over all processes. */
  constructor(table: Table, newId: () => string) {
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
    known?: StoredTally,
  ): Promise<{ readonly decision: D; readonly stored: StoredTally }> {
    for (let stored = known ?? (await this.#get(key)); ; stored = await this.#get(key)) {
      const at = now();
      const decision = decide(stored.tally, at);
      if (!('tally' in decision)) return { decision, stored };
      const revision = await this.#put(key, decision.tally, stored.revision, at);
      if (revision !== null) return { decision, stored: { tally: decision.tally, revision } };
    }
  }

  async #get(key: Key): Promise<StoredTally> {
    const item = await getItem<Tally & { readonly revision: string }>(this.#table, key);
    if (!item) return { tally: UNTOUCHED, revision: null };
    const { revision, ...tally } = item;
    return { tally, revision };
  }

  /** The new revision; null when another process wrote in between. */
  async #put(key: Key, tally: Tally, over: string | null, now: number): Promise<string | null> {
    const ends = Object.values(tally.logins).flatMap(({ at, restsUntil }) => [at, restsUntil]);
    const expiresAt = expiry(Math.max(now, tally.heldUntil, ...ends), KEPT_DAYS.tally);
    const revision = this.#newId();
    const item = { ...key, ...tally, revision, expiresAt };
    const written = await (over === null
      ? putItemIf(this.#table, item, 'attribute_not_exists(pk)')
      : putItemIf(this.#table, item, 'revision = :read', { ':read': over }));
    return written ? revision : null;
  }
}
