import type { LoginResult } from '../../smtp/login-result.ts';
import type { Verdict } from '../../smtp/verdicts.ts';

/** Consecutive proven logins before a new credential is believed: one may have met the one node that knows it already. */
const PROOFS = 2;
/**
 * A new key of Amazon SES is refused until IAM has spread it, mostly for seconds. Each try may spend one of the few
 * failures in the login budget, so four tries cover a minute or two: 1 to 2, 8 to 16 and 60 to 120 seconds apart.
 */
const FIRST_WAIT_MS = 2000;
const WAIT_GROWTH = 8;
const LONGEST_WAIT_MS = 120_000;
/** Verdicts that a new credential may meet while the provider spreads it, or a passing fault. */
const PASSING: ReadonlySet<Verdict> = new Set([
  'rejected',
  'rejected-or-disabled',
  'client-secret-rejected',
  'token-unavailable',
  'temporary',
  'dns-failed',
  'refused',
  'unreachable',
]);
/** The server, or the issuer of its tokens, said no to this very credential. */
const REFUSALS: readonly Verdict[] = ['rejected', 'client-secret-rejected'];
/** Their `retry` says when the next login is let through; an earlier one would be lost. */
const TIMED: ReadonlySet<Verdict> = new Set(['held-back', 'throttled', 'unavailable']);

export type NextTry =
  | { readonly kind: 'proven' }
  | { readonly kind: 'try'; readonly afterMs: number }
  | { readonly kind: 'give-up'; readonly reason: 'not-passing' | 'out-of-time' };

export interface Tries {
  /** A pending credential may still be spreading; one in use has spread long ago. */
  readonly tested: 'pending' | 'current';
  /** What the logins so far proved, oldest first. */
  readonly results: readonly Pick<LoginResult, 'verdict' | 'retry'>[];
  readonly remainingMs: number;
  /** From 0 up to 1, for the jitter. */
  readonly random: number;
}

/** When to log in again: exponential back-off with jitter, inside the remaining time. */
export function nextTry({ tested, results, remainingMs, random }: Tries): NextTry {
  const last = results.at(-1);
  if (last === undefined) return tryAfter(0, remainingMs);
  if (last.verdict === 'valid') return isProven(results) ? { kind: 'proven' } : tryAfter(0, remainingMs);
  if (!mayPass(last.verdict) || (tested === 'current' && isRefused(results)))
    return { kind: 'give-up', reason: 'not-passing' };
  const failures = results.filter(({ verdict }) => verdict !== 'valid').length;
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * WAIT_GROWTH ** (failures - 1));
  const askedMs = TIMED.has(last.verdict) ? (last.retry.afterSeconds ?? 0) * 1000 : 0;
  return tryAfter(Math.max(Math.round(ceiling / 2 + (random * ceiling) / 2), askedMs), remainingMs);
}

function isProven(results: Tries['results']): boolean {
  return results.slice(-PROOFS).filter(({ verdict }) => verdict === 'valid').length === PROOFS;
}

/** Refused twice: once more would only spend the login budget, which is small. */
function isRefused(results: Tries['results']): boolean {
  return results.filter(({ verdict }) => REFUSALS.includes(verdict)).length > 1;
}

function tryAfter(afterMs: number, remainingMs: number): NextTry {
  return afterMs < remainingMs ? { kind: 'try', afterMs } : { kind: 'give-up', reason: 'out-of-time' };
}

function mayPass(verdict: Verdict): boolean {
  return PASSING.has(verdict) || TIMED.has(verdict) || isBrokenOff(verdict);
}

/** At whichever stage it happened. */
function isBrokenOff(verdict: Verdict): boolean {
  return verdict.startsWith('timeout:') || verdict.startsWith('closed:');
}
