import type { LoginEvidence } from '../smtp/evidence.ts';
import { type HeldBackReason, type LoginResult, resultWith } from '../smtp/login-result.ts';
import type { Verdict } from '../smtp/verdicts.ts';
import type { CountedLogin, Tally } from '../table/items.ts';

/** How many logins may fail in any stretch of `windowMs` (ms). */
export interface Limits {
  /** Of one account. */
  readonly failures: number;
  /** Of all accounts of the host together, 3 at least; null where a service counts accounts only. */
  readonly hostFailures: number | null;
  readonly windowMs: number;
}

/** A login that asks to be let through; its `at` is when it will have ended, whatever happens. */
export interface PlannedLogin {
  readonly id: string;
  readonly login: CountedLogin;
}

export type Refusal =
  /** Logins under way may still fail and so spend the rest; the next of them ends by `until`. */
  | { readonly kind: 'wait'; readonly until: number }
  | {
      readonly kind: 'held-back';
      readonly reason: Exclude<HeldBackReason, 'under-way'>;
      readonly until: number;
    };

export type Admission = { readonly kind: 'go'; readonly tally: Tally } | Refusal;

/** Clocks of two functions may differ by this much (ms); what counts is kept that much longer. */
const CLOCK_SKEW_MS = 10_000;
/** How long (ms) it is known that a secret failed here: from one daily audit to the next, and the one after. */
const MEMORY_MS = 50 * 60 * 60 * 1000;
/** Of the logins that no longer count so many are remembered; an item stays small, however many accounts a host has. */
const MEMORY = 32;

type Entry = readonly [id: string, login: CountedLogin];

/**
 * Whether a login may start. It counts from its start, so that all that may fail at once stay inside the limits. The last
 * places of a host are for secrets that have not failed there: all logins of one secret together never take them all.
 */
export function admit(tally: Tally, { id, login }: PlannedLogin, now: number, limits: Limits): Admission {
  const others = Object.entries(tally.logins).filter(([other]) => other !== id);
  const counting = others.filter(counts(limits, now));
  const ofAccount = others.filter(([, other]) => isSameAccount(other, login));
  const restsUntil = Math.max(tally.heldUntil, ...ofAccount.map(([, other]) => other.restsUntil));
  if (restsUntil > now) return { kind: 'held-back', reason: 'throttled', until: restsUntil };
  const ofAccountCounting = ofAccount.filter(counts(limits, now));
  const refusal =
    full(ofAccountCounting, limits.failures, 'failures', limits, now) ??
    full(counting, placesFor(login, others, limits, now), 'host-failures', limits, now);
  if (refusal) return refusal;
  const kept = pruned({ ...tally, logins: Object.fromEntries(others) }, now, limits);
  return { kind: 'go', tally: { ...kept, logins: { ...kept.logins, [id]: login } } };
}

/** What still counts, and the newest of what is remembered: an item has a limit of 400 KB. */
export function pruned(tally: Tally, now: number, limits: Limits): Tally {
  const all = Object.entries(tally.logins);
  const counting = all.filter(counts(limits, now));
  const older = all.filter((entry) => !counting.includes(entry));
  return { ...tally, logins: Object.fromEntries([...counting, ...newest(older, now)]) };
}

const keptMs = ({ windowMs }: Limits) => windowMs + CLOCK_SKEW_MS;

const counts =
  (limits: Limits, now: number) =>
  ([, { at }]: Entry): boolean =>
    at + keptMs(limits) > now;

function isSameAccount(one: CountedLogin, other: CountedLogin): boolean {
  return one.account === other.account || one.account === other.local || one.local === other.account;
}

/**
 * How many places of the host are open to a login: all but the last ones when its secret failed or is at it already, and
 * one less when it is meant to fail. So in a host without a place each of the last ones, and one more, is with a secret of its own.
 */
function placesFor(login: CountedLogin, others: readonly Entry[], limits: Limits, now: number): number {
  const { hostFailures } = limits;
  if (hostFailures === null) return Number.POSITIVE_INFINITY;
  const failed = others.some(
    ([, { at, secret, meant }]) => !meant && secret === login.secret && at + MEMORY_MS > now,
  );
  const open = hostFailures - keptPlaces(hostFailures);
  if (login.meant) return open - 1;
  return failed ? open : hostFailures;
}

/** The last quarter, and one at least: so many secrets may fail for the first time, and one more, before all must wait. */
export function keptPlaces(hostFailures: number): number {
  return Math.max(1, Math.floor(hostFailures / 4));
}

/** Why there is no place among `places` beside these logins; null when there is one. */
function full(
  logins: readonly Entry[],
  places: number,
  reason: 'failures' | 'host-failures',
  limits: Limits,
  now: number,
): Refusal | null {
  if (logins.length < places) return null;
  const times = logins.map(([, { at }]) => at).toSorted((a, b) => a - b);
  const underWay = times.filter((at) => at > now);
  const failed = times.filter((at) => at <= now);
  const [next] = underWay;
  if (next !== undefined && failed.length < places) return { kind: 'wait', until: next };
  return { kind: 'held-back', reason, until: (failed[failed.length - places] ?? now) + keptMs(limits) };
}

function newest(older: readonly Entry[], now: number): readonly Entry[] {
  const end = ({ at, restsUntil }: CountedLogin) => Math.max(at + MEMORY_MS, restsUntil);
  return older
    .filter(([, login]) => end(login) > now)
    .toSorted(([, a], [, b]) => end(b) - end(a))
    .slice(0, MEMORY);
}

/** What a login that has ended means for the budget. */
export interface Outcome {
  /** AUTH was sent, and refused or never answered: the server may have counted it. */
  readonly failed: boolean;
  readonly proven: boolean;
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

export function outcomeOf({ authSent }: LoginEvidence, result: LoginResult, now: number): Outcome {
  const { verdict, credential, retry } = result;
  const of = CIRCUITS[verdict];
  const heldUntil = now + (retry.afterSeconds ?? 0) * 1000;
  const proven = credential === 'good';
  return { failed: authSent && !proven, proven, circuit: of ? { of, heldUntil } : null };
}

/**
 * Takes an ended login out of those under way. A good one forgives no failure that still counts, only time does; but its
 * secret is no longer one that failed here.
 */
export function settle(
  tally: Tally,
  { id, login }: PlannedLogin,
  { failed, proven, circuit }: Outcome,
  now: number,
  limits: Limits,
): Tally {
  const restsUntil = circuit?.of === 'account' ? circuit.heldUntil : 0;
  const others = Object.entries(tally.logins).filter(
    (entry) =>
      entry[0] !== id && !(proven && entry[1].secret === login.secret && !counts(limits, now)(entry)),
  );
  const ended: Entry[] = failed || restsUntil ? [[id, { ...login, at: failed ? now : 0, restsUntil }]] : [];
  const settled = { ...tally, logins: Object.fromEntries([...others, ...ended]) };
  return circuit?.of === 'host' ? hold(settled, circuit.heldUntil) : settled;
}

/** Opens the circuit of the host, or keeps it open longer; never shorter. */
export function hold(tally: Tally, until: number): Tally {
  return { ...tally, heldUntil: Math.max(tally.heldUntil, until) };
}

/** The result of a login that was not let through: which limit it was, and the time after which one may be. */
export function heldBack(refusal: Refusal, now: number): LoginResult {
  const reason = refusal.kind === 'wait' ? 'under-way' : refusal.reason;
  const until = new Date(refusal.until).toISOString();
  const afterSeconds = Math.max(1, Math.ceil((refusal.until - now) / 1000));
  return {
    ...resultWith('held-back'),
    advice: `${ADVICE[reason]} Nothing is dialled before ${until}.`,
    retry: { allowed: true, afterSeconds },
    heldBack: { reason, until },
  };
}

const ADVICE: Readonly<Record<HeldBackReason, string>> = {
  failures:
    'Too many logins of this account failed lately, so none was tried: another failure could lock the account. Fix the secret and wait; how many may fail is the setting `loginBudget.failures`.',
  'host-failures':
    'Too many logins at this host failed lately, of all accounts together, so none was tried: another failure could have the host ban the addresses that Keyturn comes from. Find the secrets of this host that are refused and fix them; how many logins may fail is the setting `loginBudget.hostFailures`, and its last places are for secrets that have not failed.',
  throttled: 'The server asked lately to be left alone, so no login was tried. Log in less often.',
  'under-way':
    'So many logins of this account or host are under way that, should they fail, one more could lock it out. Try again when they have ended.',
};
