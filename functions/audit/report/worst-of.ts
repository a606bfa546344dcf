/** The worst `limit` of any number of items, in little more memory than they need. */
export class WorstOf<T> {
  readonly #limit: number;
  readonly #order: (a: T, b: T) => number;
  #kept: T[] = [];

  /** `order` as for `Array.prototype.sort`, the worst first. */
  constructor(limit: number, order: (a: T, b: T) => number) {
    this.#limit = limit;
    this.#order = order;
  }

  add(item: T): void {
    this.#kept.push(item);
    if (this.#kept.length >= 2 * this.#limit) this.#kept = this.list();
  }

  list(): T[] {
    return this.#kept.toSorted(this.#order).slice(0, this.#limit);
  }
}
