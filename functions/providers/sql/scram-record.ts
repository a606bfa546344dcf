import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Redacted } from '../../secrets/redacted.ts';

/** RFC 7677 section 4 asks for no less. More protects guessable passwords; ours has 256 random bits. */
const ITERATIONS = 4096;
const KEY_BYTES = 32;
const deriveKey = promisify(pbkdf2);

/**
 * What Dovecot (2.3.10 and later) keeps of a password under `{SCRAM-SHA-256}`: iterations, salt, StoredKey, ServerKey of
 * RFC 5802 section 3. It takes a login by SCRAM-SHA-256, PLAIN and LOGIN, and gives none of them to who reads the table;
 * the crypt(3) schemes take PLAIN and LOGIN only. `password` must be ASCII, which SASLprep leaves as it is.
 */
export async function scramRecord(password: Redacted, salt: Buffer): Promise<string> {
  const salted = await deriveKey(password.reveal(), salt, ITERATIONS, KEY_BYTES, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `{SCRAM-SHA-256}${ITERATIONS},${salt.toString('base64')},${storedKey},${serverKey}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
