import { inspect } from 'node:util';

const MASK = '[redacted]';

/**
 * A secret value that no log, JSON, template string or debugger print can show.
 * `reveal()` is the only way out; call it at the wire, never into a variable that lives longer.
 */
export class Redacted {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
