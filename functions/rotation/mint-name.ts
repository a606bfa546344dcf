import { createHash } from 'node:crypto';

/** Enough of SHA-256 that no two names of one account meet. */
const HASH_LENGTH = 24;

/**
 * The name of a new credential: `keyturn/<secret>/<ClientRequestToken>`. Where that is too long for the provider a hash
 * stands for what does not fit, so that the same secret and token always give the same name, and no others do.
 */
export function mintName(secretName: string, token: string, limit: number): string {
  const name = `keyturn/${secretName}/${token}`;
  if (name.length <= limit) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, limit - HASH_LENGTH - 1)}-${hash}`;
}
