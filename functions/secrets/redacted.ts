import { randomBytes } from 'node:crypto';
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

/** 256 bits; in base64url, which every server, shell and URL takes. */
const BYTES = 32;

/** A password that nobody can guess, of at most `limit` characters. */
export function newPassword(limit: number | null): Redacted {
  const text = randomBytes(BYTES).toString('base64url');
  return new Redacted(limit === null ? text : text.slice(0, limit));
}
