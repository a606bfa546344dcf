import type { Verdict } from '../smtp/judgement.ts';

/** Consecutive proven logins before a new credential is believed: one may have met the one node that knows it already. */
const PROOFS = 2;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** Verdicts that a new credential may meet while the provider spreads it, or a passing fault. */
const PASSING: ReadonlySet<Verdict> = new Set([
  'rejected',
  'temporary',
  'throttled',
  'unreachable',
  'timeout',
  'closed',
]);

export type NextTry =
  | { readonly kind: 'proven' }
  | { readonly kind: 'try'; readonly afterMs: number }
  | { readonly kind: 'give-up'; readonly reason: 'not-passing' | 'out-of-time' };

export interface Tries {
  /** Verdicts so far, oldest first. */
  readonly verdicts: readonly Verdict[];
  readonly remainingMs: number;
  /** From 0 up to 1, for the jitter. */
  readonly random: number;
}

/** When to try a new credential again: exponential back-off with jitter, inside the remaining time. */
export function nextTry({ verdicts, remainingMs, random }: Tries): NextTry {
  const last = verdicts.at(-1);
  if (last === 'valid') {
    return verdicts.slice(-PROOFS).filter((verdict) => verdict === 'valid').length === PROOFS
      ? { kind: 'proven' }
      : { kind: 'try', afterMs: 0 };
  }
  if (last !== undefined && !PASSING.has(last)) return { kind: 'give-up', reason: 'not-passing' };
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, verdicts.length - 1));
  const afterMs = last === undefined ? 0 : Math.round(ceiling / 2 + (random * ceiling) / 2);
  return afterMs < remainingMs ? { kind: 'try', afterMs } : { kind: 'give-up', reason: 'out-of-time' };
}
