import type { LoginEvidence } from '../smtp/evidence.ts';
import type { Judgement, Verdict } from '../smtp/judgement.ts';

/** How many failed logins one account on one host may have in any stretch of `windowMs` (ms). */
export interface Limits {
  readonly failures: number;
  readonly windowMs: number;
}

/** What is remembered of one account, or of a host; times in ms since 1970. */
export interface Account {
  /**
   * Each login that counts, by its id: when it failed or, in the future, by when it will have ended. A login whose
   * process died stays as it is: it may have failed at the server, so it counts until the window after it is over.
   */
  readonly logins: Readonly<Record<string, number>>;
  /** The circuit: nothing is dialled before this time. */
  readonly heldUntil: number;
}

export const UNTOUCHED: Account = { logins: {}, heldUntil: 0 };

/** A login that asks to be let through; `endsBy` is when it will have ended, whatever happens. */
export interface PlannedLogin {
  readonly id: string;
  readonly endsBy: number;
}

export type HeldBack = {
  readonly kind: 'held-back';
  readonly reason: 'failures' | 'throttled';
  readonly until: number;
};

export type Admission =
  | { readonly kind: 'go'; readonly account: Account }
  /** Logins under way may still fail and so spend the rest; the next of them ends by `until`. */
  | { readonly kind: 'wait'; readonly until: number }
  | HeldBack;

/** Clocks of two functions may differ by this much (ms); what counts is kept that much longer. */
const CLOCK_SKEW_MS = 10_000;

/** Whether a login may start. A login counts from its start, so that all that may fail at once stay inside the limit. */
export function admit(
  account: Account,
  { id, endsBy }: PlannedLogin,
  now: number,
  limits: Limits,
): Admission {
  if (account.heldUntil > now) return { kind: 'held-back', reason: 'throttled', until: account.heldUntil };
  const keptMs = limits.windowMs + CLOCK_SKEW_MS;
  const others = Object.entries(account.logins).filter(([other, at]) => other !== id && at + keptMs > now);
  if (others.length < limits.failures) {
    return { kind: 'go', account: { ...account, logins: { ...Object.fromEntries(others), [id]: endsBy } } };
  }
  const times = others.map(([, at]) => at).toSorted((a, b) => a - b);
  const underWay = times.find((at) => at > now);
  if (underWay !== undefined) return { kind: 'wait', until: underWay };
  const nextToGo = times[times.length - limits.failures] ?? now;
  return { kind: 'held-back', reason: 'failures', until: nextToGo + keptMs };
}

/** What a login that has ended means for the budget. */
export interface Outcome {
  /** AUTH was sent, and refused or never answered: the server may have counted it. */
  readonly failed: boolean;
  readonly circuit: { readonly of: 'account' | 'host'; readonly heldUntil: number } | null;
}

/**
 * A server that is asked too often says so to everybody who connects from here: the whole host rests. One that counts
 * the logins of an account means that account: the others of the host go on.
 */
const CIRCUITS: Partial<Record<Verdict, 'account' | 'host'>> = {
  throttled: 'host',
  unavailable: 'host',
  'rate-limited': 'account',
};

export function outcomeOf({ authSent }: LoginEvidence, judgement: Judgement, now: number): Outcome {
  const { verdict, credential, retry } = judgement;
  const of = CIRCUITS[verdict];
  const heldUntil = now + (retry.afterSeconds ?? 0) * 1000;
  return { failed: authSent && credential !== 'good', circuit: of ? { of, heldUntil } : null };
}

/** Takes an ended login out of those under way. A good one forgives no earlier failure: only time does. */
export function settle(account: Account, id: string, { failed, circuit }: Outcome, now: number): Account {
  const { [id]: _ended, ...others } = account.logins;
  const settled = { ...account, logins: failed ? { ...others, [id]: now } : others };
  return circuit?.of === 'account' ? hold(settled, circuit.heldUntil) : settled;
}

/** Opens the circuit, or keeps it open longer; never shorter. */
export function hold(account: Account, until: number): Account {
  return { ...account, heldUntil: Math.max(account.heldUntil, until) };
}
