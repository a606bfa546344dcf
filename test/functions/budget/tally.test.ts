import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Admission,
  admit,
  hold,
  keptPlaces,
  type Limits,
  type Outcome,
  outcomeOf,
  settle,
} from '../../../functions/budget/tally.ts';
import { resultOf, resultWith } from '../../../functions/smtp/login-result.ts';
import type { Verdict } from '../../../functions/smtp/verdicts.ts';
import type { CountedLogin, Tally } from '../../../functions/table/items.ts';
import { UNTOUCHED } from '../../../functions/table/tallies.ts';
import { type Answer, evidenceOf } from './evidence.ts';

const NOW = Date.parse('2026-11-24T06:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const limits: Limits = { failures: 2, hostFailures: null, windowMs: 15 * MINUTE };
/** What the window is longer by, for clocks that differ. */
const KEPT = 15 * MINUTE + 10_000;

const login = (at: number, changes: Partial<CountedLogin> = {}): CountedLogin => ({
  at,
  account: 'ada@example.com',
  local: 'ada',
  secret: 'mail/ada',
  meant: false,
  restsUntil: 0,
  ...changes,
});
/** Somebody with a secret and an account of their own. */
const of = (name: string): Partial<CountedLogin> => ({
  account: `${name}@example.com`,
  local: name,
  secret: `mail/${name}`,
});
const planned = { id: 'new', login: login(NOW + 30_000) };

const tally = (times: Readonly<Record<string, number | CountedLogin>>, heldUntil = 0): Tally => ({
  logins: Object.fromEntries(
    Object.entries(times).map(([id, at]) => [id, typeof at === 'number' ? login(at) : at]),
  ),
  heldUntil,
});
const admitNow = (state: Tally) => admit(state, planned, NOW, limits);
const keptBy = (admission: Admission) => (admission.kind === 'go' ? Object.keys(admission.tally.logins) : []);

describe('a login may start', () => {
  it.each<[string, Tally]>([
    ['when nothing is known of the account', UNTOUCHED],
    ['with one failure left', tally({ a: NOW - MINUTE })],
    ['beside one that is under way', tally({ a: NOW + MINUTE })],
    ['when the window of earlier failures is over', tally({ a: NOW - KEPT, b: NOW - KEPT, c: NOW - 1 })],
    ['when the circuit is closed again', tally({}, NOW)],
    ['when the circuit of its account is closed again', tally({ a: login(0, { restsUntil: NOW }) })],
    ['when others have failed', tally({ a: login(NOW, of('bob')), b: login(NOW, of('eve')) })],
  ])('%s, and counts from then on', (_name, state) => {
    expect(admitNow(state)).toMatchObject({ kind: 'go', tally: { logins: { new: planned.login } } });
  });

  it('once: the same login that is asked for again takes no second place', () => {
    const asked = tally({ new: planned.login, a: NOW - MINUTE });
    expect(admitNow(asked)).toEqual({ kind: 'go', tally: asked });
  });

  it('and what neither counts nor says anything of a secret any more is forgotten', () => {
    expect(keptBy(admitNow(tally({ a: NOW - 50 * HOUR, b: login(0) })))).toEqual(['new']);
    expect(keptBy(admitNow(tally({ a: NOW - 49 * HOUR })))).toEqual(['a', 'new']);
  });
});

describe('a login may not start', () => {
  it.each<[string, Tally, object]>([
    [
      'when as many have failed as the budget allows: until the oldest is forgotten',
      tally({ a: NOW - 5 * MINUTE, b: NOW - MINUTE }),
      { kind: 'held-back', reason: 'failures', until: NOW - 5 * MINUTE + KEPT },
    ],
    [
      'when more have failed than a smaller budget allows: until enough are forgotten',
      tally({ a: NOW - 5 * MINUTE, b: NOW - 3 * MINUTE, c: NOW - MINUTE }),
      { kind: 'held-back', reason: 'failures', until: NOW - 3 * MINUTE + KEPT },
    ],
    [
      'while those under way may spend the rest: it waits for the first of them',
      tally({ a: NOW - MINUTE, b: NOW + 20_000 }),
      { kind: 'wait', until: NOW + 20_000 },
    ],
    [
      'after a crash: the login that never ended counts until the window after it is over',
      tally({ a: NOW - KEPT + 1, b: NOW - MINUTE }),
      { kind: 'held-back', reason: 'failures', until: NOW + 1 },
    ],
    [
      'while the circuit is open, whatever is left of the budget',
      tally({}, NOW + 1),
      { kind: 'held-back', reason: 'throttled', until: NOW + 1 },
    ],
    [
      'while the circuit of its account is open',
      tally({ a: login(0, { restsUntil: NOW + 1 }) }),
      { kind: 'held-back', reason: 'throttled', until: NOW + 1 },
    ],
  ])('%s', (_name, state, admission) => {
    expect(admitNow(state)).toEqual(admission);
  });

  it.each<[string, Partial<CountedLogin>, Partial<CountedLogin>, string]>([
    ['a full name after its bare one', { account: 'ada' }, {}, 'held-back'],
    ['a bare name after a full one', {}, { account: 'ada' }, 'held-back'],
    ['a full name after one of another domain', { account: 'ada@example.org' }, {}, 'go'],
    [
      'a bare name after one of each of two domains',
      { account: 'ada@example.org' },
      { account: 'ada' },
      'held-back',
    ],
  ])('%s: %#', (_name, failed, asking, kind) => {
    const state = tally({
      a: login(NOW - 2, { ...failed, secret: '1' }),
      b: login(NOW - 1, { ...failed, secret: '2' }),
    });
    expect(admit(state, { id: 'new', login: login(NOW + 1, asking) }, NOW, limits).kind).toBe(kind);
  });
});

describe('of the places of a host, of which four logins may fail,', () => {
  const host: Limits = { failures: 4, hostFailures: 4, windowMs: 15 * MINUTE };
  const ask = (state: Tally, changes: Partial<CountedLogin>) =>
    admit(state, { id: 'new', login: login(NOW + 30_000, changes) }, NOW, host);
  const bad = { a: login(NOW - 9, of('bad')), b: login(NOW - 8, of('bad')), c: login(NOW - 7, of('bad')) };
  const heldBack = { kind: 'held-back', reason: 'host-failures' };

  it('the last is kept for secrets that have not failed: one that has never takes it', () => {
    expect(ask(tally(bad), of('bad'))).toEqual({ ...heldBack, until: NOW - 9 + KEPT });
    expect(ask(tally(bad), of('good'))).toMatchObject({ kind: 'go' });
  });

  it('it is kept from a secret that gives other user names each time', () => {
    expect(ask(tally(bad), { ...of('eve'), secret: 'mail/bad' })).toMatchObject(heldBack);
  });

  it('it is not kept from the owner of an account whose name another secret misused', () => {
    expect(ask(tally(bad), { ...of('bad'), secret: 'mail/owner' })).toMatchObject({ kind: 'go' });
  });

  it('it is kept from a login that is meant to fail, which speaks against no secret', () => {
    const nobody = { ...of('nobody'), meant: true };
    expect(ask(tally({ a: bad.a }), nobody)).toMatchObject({ kind: 'go' });
    expect(ask(tally({ a: bad.a, b: bad.b }), nobody)).toMatchObject(heldBack);
    const meant = { a: login(NOW - 9, { ...of('ada'), meant: true }), b: bad.b, c: bad.c };
    expect(ask(tally(meant), of('ada'))).toMatchObject({ kind: 'go' });
  });

  it('it is taken by a second one that fails for the first time: then all wait until the oldest is forgotten', () => {
    const spent = tally({ ...bad, d: login(NOW - 6, of('second')) });
    expect(ask(spent, of('good'))).toEqual({ ...heldBack, until: NOW - 9 + KEPT });
  });

  it('it is kept from one that failed a day ago, until it has been good', () => {
    const yesterday = tally({ old: login(NOW - 24 * HOUR, of('late')), ...bad });
    expect(ask(yesterday, of('late'))).toMatchObject(heldBack);
    const good: Outcome = { failed: false, proven: true, circuit: null };
    const fixed = settle(yesterday, { id: 'x', login: login(NOW, of('late')) }, good, NOW, host);
    expect(ask(fixed, of('late'))).toMatchObject({ kind: 'go' });
  });

  it('a login waits for those under way, and not for them when those that failed leave no place anyhow', () => {
    const under = login(NOW + 20_000, of('under'));
    expect(ask(tally({ a: bad.a, b: bad.b, c: under, d: { ...under, ...of('way') } }), of('good'))).toEqual({
      kind: 'wait',
      until: NOW + 20_000,
    });
    expect(ask(tally({ ...bad, d: under }), of('bad'))).toMatchObject(heldBack);
  });

  it('a quarter is kept, and one at least', () => {
    expect([3, 4, 7, 8, 20, 100].map(keptPlaces)).toEqual([1, 1, 1, 2, 5, 25]);
  });
});

type Step = readonly [waitMs: number, who: number, end: 'good' | 'bad' | 'under way' | 'meant'];

const steps = (people: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 3 * MINUTE }),
      fc.nat(people - 1),
      fc.constantFrom('good', 'bad', 'bad', 'under way', 'meant'),
    ),
    { maxLength: 60 },
  );

/** Plays logins one after the other; `under way` never ends. Gives what was asked and what the host then said. */
function play(all: readonly Step[], host: Limits, each: (state: Tally, now: number) => void): void {
  let state: Tally = UNTOUCHED;
  let now = NOW;
  for (const [index, [waitMs, who, end]] of all.entries()) {
    now += waitMs;
    const asking = {
      id: `${index}`,
      login: login(now + MINUTE, { ...of(`${who}`), meant: end === 'meant' }),
    };
    const admission = admit(state, asking, now, host);
    if (admission.kind === 'go') {
      const outcome = { failed: end !== 'good', proven: end === 'good', circuit: null };
      state = end === 'under way' ? admission.tally : settle(admission.tally, asking, outcome, now, host);
    }
    each(state, now);
  }
}

describe('whatever logs in, in whatever order', () => {
  const ceilings = fc.integer({ min: 3, max: 12 });

  it('as many secrets may fail as places are kept, and one that has not failed is still let in or told to wait', () => {
    let contested = 0;
    fc.assert(
      fc.property(
        ceilings.chain((ceiling) => fc.tuple(fc.constant(ceiling), steps(keptPlaces(ceiling)))),
        ([hostFailures, all]) => {
          const host = { failures: 100, hostFailures, windowMs: 15 * MINUTE };
          play(all, host, (state, now) => {
            const { kind } = admit(state, { id: 'good', login: login(now, of('good')) }, now, host);
            expect(kind).not.toBe('held-back');
            const one = admit(state, { id: 'bad', login: login(now, of('0')) }, now, host);
            if (one.kind === 'held-back') contested += 1;
          });
        },
      ),
      { numRuns: 500 },
    );
    expect(contested).toBeGreaterThan(100);
  });

  it('no more may fail in any window than the ceiling of the host, nor of any account than its own', () => {
    fc.assert(
      fc.property(ceilings, fc.integer({ min: 1, max: 4 }), steps(6), (hostFailures, failures, all) => {
        const host = { failures, hostFailures, windowMs: 15 * MINUTE };
        play(all, host, (state, now) => {
          const counting = Object.values(state.logins).filter(({ at }) => at + KEPT > now);
          expect(counting.length).toBeLessThanOrEqual(hostFailures);
          for (const [, { length }] of Map.groupBy(counting, ({ account }) => account))
            expect(length).toBeLessThanOrEqual(failures);
        });
      }),
    );
  });

  it('an item stays small: thousands of accounts that fail at one host leave 132 logins at the most', () => {
    const host = { failures: 4, hostFailures: 100, windowMs: MINUTE };
    const many = Array.from({ length: 2000 }, (_, who): Step => [1000, who, 'bad']);
    let most = 0;
    play(many, host, (state) => {
      most = Math.max(most, Object.keys(state.logins).length);
    });
    expect(most).toBeLessThanOrEqual(100 + 32);
  });
});

describe('what an answer costs', () => {
  it.each<[Answer, boolean, 'account' | 'host' | undefined]>([
    ['good', false, undefined],
    ['refused', true, undefined],
    ['unclear', true, undefined],
    ['not-sent', false, undefined],
    ['throttled', true, 'host'],
    ['rate-limited', true, 'account'],
  ])('%s: a failure %s, circuit of %s', (answer, failed, of) => {
    const evidence = evidenceOf(answer);
    const outcome = outcomeOf(evidence, resultOf(evidence), NOW);
    expect([outcome.failed, outcome.circuit?.of]).toEqual([failed, of]);
    expect(outcome.proven).toBe(answer === 'good');
  });

  it.each<[Verdict, number]>([
    ['throttled', 60],
    ['unavailable', 60],
    ['rate-limited', 3600],
  ])('%s holds the circuit open for the time of its own verdict', (verdict, seconds) => {
    const { circuit } = outcomeOf(evidenceOf('not-sent'), resultWith(verdict), NOW);
    expect(circuit?.heldUntil).toBe(NOW + seconds * 1000);
  });
});

describe('a login that has ended', () => {
  const before = tally({ old: NOW - MINUTE, mine: NOW + 30_000, other: NOW + 20_000 });
  const mine = { id: 'mine', login: login(NOW + 30_000) };
  const times = ({ logins }: Tally) =>
    Object.fromEntries(Object.entries(logins).map(([id, { at }]) => [id, at]));
  const ended = (outcome: Partial<Outcome>) =>
    settle(before, mine, { failed: false, proven: false, circuit: null, ...outcome }, NOW, limits);

  it('frees its place when it was good or never sent AUTH, and forgives no other', () => {
    expect(times(ended({ proven: true }))).toEqual({ old: NOW - MINUTE, other: NOW + 20_000 });
    expect(times(ended({}))).toEqual({ old: NOW - MINUTE, other: NOW + 20_000 });
  });

  it('counts from its end when it failed', () => {
    expect(times(ended({ failed: true }))).toEqual({ old: NOW - MINUTE, other: NOW + 20_000, mine: NOW });
  });

  it('opens the circuit of its account, or that of its host, and does not count when it sent no AUTH', () => {
    const ofAccount = ended({ circuit: { of: 'account', heldUntil: NOW + 500 } });
    expect([ofAccount.heldUntil, ofAccount.logins.mine]).toMatchObject([0, { at: 0, restsUntil: NOW + 500 }]);
    expect(ended({ circuit: { of: 'host', heldUntil: NOW + 500 } }).heldUntil).toBe(NOW + 500);
  });

  it('never shortens a circuit that is open', () => {
    expect(hold(tally({}, NOW + 900), NOW + 500).heldUntil).toBe(NOW + 900);
  });
});
