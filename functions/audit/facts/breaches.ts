import { createHash } from 'node:crypto';
import type { Redacted } from '../../credential/redacted.ts';

const RANGE = 'https://api.pwnedpasswords.com/range/';
const PREFIX_LENGTH = 5;
const LIMIT_MS = 5000;

/**
 * How often a password stands in the breaches that Have I Been Pwned knows. It is told the first five of the forty digits
 * of the SHA-1, which some hundreds of known passwords share, and answers with all of them and some that are made up
 * (https://haveibeenpwned.com/API/v3#PwnedPasswords), so neither it nor who sees the length of the answer learns which.
 */
export async function breaches(password: Redacted, fetcher: typeof fetch = fetch): Promise<number> {
  const digest = createHash('sha1').update(password.reveal()).digest('hex').toUpperCase();
  const response = await fetcher(RANGE + digest.slice(0, PREFIX_LENGTH), {
    headers: { 'Add-Padding': 'true' },
    redirect: 'error',
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  if (response.status === 429) throw Object.assign(new Error('asked too often'), { name: 'TooManyRequests' });
  if (!response.ok) throw new Error(`Have I Been Pwned answered ${response.status}`);
  const suffix = digest.slice(PREFIX_LENGTH);
  const line = (await response.text()).split(/\r?\n/).find((one) => one.startsWith(`${suffix}:`));
  return Number(line?.split(':')[1] ?? 0);
}
