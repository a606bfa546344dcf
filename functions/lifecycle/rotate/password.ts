import { randomBytes } from 'node:crypto';
import { Redacted } from '../../secrets/redacted.ts';

/** 256 bits; in base64url, which every server, shell and URL takes. */
const BYTES = 32;

/** A password that nobody can guess, of at most `limit` characters. */
export function newPassword(limit: number | null): Redacted {
  const text = randomBytes(BYTES).toString('base64url');
  return new Redacted(limit === null ? text : text.slice(0, limit));
}
