import type { Mint } from '../table/items.ts';

/** Making a credential, or setting a password, and telling about it takes a few seconds; a slower process lets it be (ms). Longer than a call to a provider. */
export const ATTEMPT_LEASE_MS = 15_000;
/** By then a request that was under way has arrived, and reads show it; clocks may differ as much (ms). */
export const SETTLING_MS = 15_000;
/** One login of a rotation, a retirement or an operation may take this long (ms). */
export const LOGIN_BUDGET_MS = 20_000;
/** The timeout of the rotation function (ms). */
export const STEP_TIMEOUT_MS = 5 * 60_000;
/** So long (ms) after a token was given up a step that had begun before may still be at work. */
export const LONGEST_STEP_MS = STEP_TIMEOUT_MS + 60_000;

/** When nothing done under it can change the provider any more. A stored password needs no settling. */
export function endOf({ endsBy, credentialId, undoneBy = 0 }: Mint): number {
  return Math.max(credentialId === null ? endsBy + SETTLING_MS : endsBy, undoneBy);
}

/** The end of the last lease that is not over; undefined when no process can be at work. */
export function lastEnd(mints: readonly Mint[], now: number): number | undefined {
  const ends = mints.map(endOf).filter((end) => end > now);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Opened before the provider is touched. */
export function lease(token: string, now: number): Mint {
  return { token, startedAt: now, endsBy: now + ATTEMPT_LEASE_MS, credentialId: null };
}
