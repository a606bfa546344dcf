import { sesSmtpPassword } from '../../functions/providers/ses.ts';
import type { IssuedKeys } from '../gateway/access-keys.ts';

/** What Amazon SES answers, word for word, to a login it refuses; code 535. */
export const SES_REFUSAL = 'Authentication Credentials Invalid';

export interface SesLoginOptions {
  readonly keys: IssuedKeys;
  readonly region: string;
  /** A new access key is refused this long (ms), as IAM takes its time to tell every endpoint about it. */
  readonly propagationMs: number;
  /** Whether the user still has this key, and it is Active. */
  isActive(userName: string, accessKeyId: string): Promise<boolean>;
}

/**
 * The login check of Amazon SES: user name = access key id, password = derived from its secret for this region.
 * A login that succeeds is the key's last use.
 */
export async function sesAccepts(
  { keys, region, propagationMs, isActive }: SesLoginOptions,
  accessKeyId: string,
  password: string,
): Promise<boolean> {
  const key = keys.find(accessKeyId);
  if (!key || Date.now() < key.issuedAt + propagationMs) return false;
  if (password !== sesSmtpPassword(key.secretAccessKey.reveal(), region)) return false;
  if (!(await isActive(key.userName, accessKeyId))) return false;
  keys.recordUse(accessKeyId, { at: Date.now(), region });
  return true;
}
