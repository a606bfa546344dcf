import { describe, expect, it } from 'vitest';
import {
  type Account,
  admit,
  hold,
  outcomeOf,
  settle,
  UNTOUCHED,
} from '../../../functions/budget/account.ts';
import type { Verdict } from '../../../functions/smtp/judgement.ts';
import { judge, judgementOf } from '../../../functions/smtp/verdict.ts';
import { type Answer, evidenceOf } from './evidence.ts';

const NOW = Date.parse('2026-11-24T06:00:00Z');
const MINUTE = 60_000;
const limits = { failures: 2, windowMs: 15 * MINUTE };
/** What the window is longer by, for clocks that differ. */
const KEPT = 15 * MINUTE + 10_000;
const planned = { id: 'new', endsBy: NOW + 30_000 };

const account = (logins: Account['logins'], heldUntil = 0): Account => ({ logins, heldUntil });
const admitNow = (state: Account) => admit(state, planned, NOW, limits);

describe('a login may start', () => {
  it.each<[string, Account]>([
    ['when nothing is known of the account', UNTOUCHED],
    ['with one failure left', account({ a: NOW - MINUTE })],
    ['beside one that is under way', account({ a: NOW + MINUTE })],
    ['when the window of earlier failures is over', account({ a: NOW - KEPT, b: NOW - KEPT, c: NOW - 1 })],
    ['when the circuit is closed again', account({}, NOW)],
  ])('%s, and counts from then on', (_name, state) => {
    const admission = admitNow(state);
    expect(admission).toMatchObject({ kind: 'go', account: { logins: { new: planned.endsBy } } });
  });

  it('once: the same login that is asked for again takes no second place', () => {
    const asked = account({ new: planned.endsBy, a: NOW - MINUTE });
    expect(admitNow(asked)).toEqual({ kind: 'go', account: asked });
  });

  it('and what no longer counts is forgotten', () => {
    expect(admitNow(account({ a: NOW - KEPT }))).toMatchObject({
      account: { logins: { new: expect.any(Number) } },
    });
    const { account: kept } = admitNow(account({ a: NOW - KEPT })) as { account: Account };
    expect(Object.keys(kept.logins)).toEqual(['new']);
  });
});

describe('a login may not start', () => {
  it.each<[string, Account, object]>([
    [
      'when as many have failed as the budget allows: until the oldest is forgotten',
      account({ a: NOW - 5 * MINUTE, b: NOW - MINUTE }),
      { kind: 'held-back', reason: 'failures', until: NOW - 5 * MINUTE + KEPT },
    ],
    [
      'when more have failed than a smaller budget allows: until enough are forgotten',
      account({ a: NOW - 5 * MINUTE, b: NOW - 3 * MINUTE, c: NOW - MINUTE }),
      { kind: 'held-back', reason: 'failures', until: NOW - 3 * MINUTE + KEPT },
    ],
    [
      'while those under way may spend the rest: it waits for the first of them',
      account({ a: NOW - MINUTE, b: NOW + 20_000 }),
      { kind: 'wait', until: NOW + 20_000 },
    ],
    [
      'after a crash: the login that never ended counts until the window after it is over',
      account({ a: NOW - KEPT + 1, b: NOW - MINUTE }),
      { kind: 'held-back', reason: 'failures', until: NOW + 1 },
    ],
    [
      'while the circuit is open, whatever is left of the budget',
      account({}, NOW + 1),
      { kind: 'held-back', reason: 'throttled', until: NOW + 1 },
    ],
  ])('%s', (_name, state, admission) => {
    expect(admitNow(state)).toEqual(admission);
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
    const outcome = outcomeOf(evidence, judge(evidence), NOW);
    expect([outcome.failed, outcome.circuit?.of]).toEqual([failed, of]);
  });

  it.each<[Verdict, number]>([
    ['throttled', 60],
    ['unavailable', 60],
    ['rate-limited', 3600],
  ])('%s holds the circuit open for the time of its own verdict', (verdict, seconds) => {
    const { circuit } = outcomeOf(evidenceOf('not-sent'), judgementOf(verdict), NOW);
    expect(circuit?.heldUntil).toBe(NOW + seconds * 1000);
  });
});

describe('a login that has ended', () => {
  const before = account({ old: NOW - MINUTE, mine: NOW + 30_000, other: NOW + 20_000 });
  const circuit = { of: 'account', heldUntil: NOW + 500 } as const;

  it('frees its place when it was good or never sent AUTH, and forgives no other', () => {
    const { logins } = settle(before, 'mine', { failed: false, circuit: null }, NOW);
    expect(logins).toEqual({ old: NOW - MINUTE, other: NOW + 20_000 });
  });

  it('counts from its end when it failed', () => {
    const { logins } = settle(before, 'mine', { failed: true, circuit: null }, NOW);
    expect(logins).toEqual({ old: NOW - MINUTE, other: NOW + 20_000, mine: NOW });
  });

  it('opens the circuit of its account, not with that of its host', () => {
    expect(settle(before, 'mine', { failed: true, circuit }, NOW).heldUntil).toBe(NOW + 500);
    const ofHost = { of: 'host', heldUntil: NOW + 500 } as const;
    expect(settle(before, 'mine', { failed: true, circuit: ofHost }, NOW).heldUntil).toBe(0);
  });

  it('never shortens a circuit that is open', () => {
    expect(hold(account({}, NOW + 900), NOW + 500).heldUntil).toBe(NOW + 900);
  });
});
