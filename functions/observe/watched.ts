import { createHash } from 'node:crypto';
import { setting } from '../environment.ts';

/** Stands for a secret's name in the environment of a function, which holds 4 KiB: hundreds of these, not of names. */
export function watchMark(secretName: string): string {
  return createHash('sha256').update(secretName).digest('hex').slice(0, 8);
}

/** Whether an alarm of this deployment waits for proven logins of this secret; each such metric costs money. */
export function isWatched(secretName: string): boolean {
  return setting('watched').has(watchMark(secretName));
}
