import { createHash } from 'node:crypto';
import { type Answer, exchange, outcomeOf, type Send } from '../../net/http.ts';
import { send } from '../../net/send.ts';
import type { Redacted } from '../../secrets/redacted.ts';

const RANGE = 'https://api.pwnedpasswords.com/range/';
const PREFIX_LENGTH = 5;
const LIMIT_MS = 5000;
/** Some hundred to a thousand lines of forty bytes. */
const MOST_BYTES = 256 * 1024;

/**
 * How often a password stands in the breaches that Have I Been Pwned knows. It is told the first five of the forty digits
 * of the SHA-1, which some hundreds of known passwords share, and answers with all of them and some that are made up
 * (https://haveibeenpwned.com/API/v3#PwnedPasswords), so neither it nor who sees the length of the answer learns which.
 * Rejects when it gives no whole answer, with an error whose name says why.
 */
export async function breaches(password: Redacted, fetcher: Send = send): Promise<number> {
  const digest = createHash('sha1').update(password.reveal()).digest('hex').toUpperCase();
  const request = { headers: { 'Add-Padding': 'true' } };
  const limits = { signal: AbortSignal.timeout(LIMIT_MS), mostBytes: MOST_BYTES };
  const answer = await exchange(fetcher, RANGE + digest.slice(0, PREFIX_LENGTH), request, limits);
  if (answer.kind !== 'answered' || answer.status !== 200)
    throw Object.assign(new Error(`Have I Been Pwned answered ${outcomeOf(answer)}`), {
      name: nameOf(answer),
    });
  const suffix = digest.slice(PREFIX_LENGTH);
  const line = answer.body
    .toString()
    .split(/\r?\n/)
    .find((one) => one.startsWith(`${suffix}:`));
  return Number(line?.split(':')[1] ?? 0);
}

/** As `gather` tells failures apart. */
function nameOf(answer: Answer): string {
  if (answer.kind !== 'unanswered' && answer.status === 429) return 'TooManyRequests';
  return answer.kind !== 'answered' && answer.reason === 'too-late' ? 'TimeoutError' : 'Error';
}
