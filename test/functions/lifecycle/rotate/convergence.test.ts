import { describe, expect, it } from 'vitest';
import { nextTry } from '../../../../functions/lifecycle/rotate/convergence.ts';
import { resultWith } from '../../../../functions/smtp/login-result.ts';
import type { Verdict } from '../../../../functions/smtp/verdicts.ts';

const tries = (...verdicts: Verdict[]) => ({
  tested: 'pending' as const,
  results: verdicts.map(resultWith),
  remainingMs: 280_000,
  random: 0.5,
});

describe('nextTry', () => {
  it('believes a credential only after two proven logins in a row', () => {
    expect(nextTry(tries('valid'))).toEqual({ kind: 'try', afterMs: 0 });
    expect(nextTry(tries('valid', 'rejected'))).toMatchObject({ kind: 'try' });
    expect(nextTry(tries('valid', 'rejected', 'valid'))).toEqual({ kind: 'try', afterMs: 0 });
    expect(nextTry(tries('rejected', 'valid', 'valid'))).toEqual({ kind: 'proven' });
  });

  it('waits longer after each failure, up to two minutes, never the same for two callers', () => {
    const waits = [1, 2, 3, 4, 8].map((count) => nextTry(tries(...Array<Verdict>(count).fill('rejected'))));
    expect(waits.map((next) => (next.kind === 'try' ? next.afterMs : next))).toEqual([
      1500, 12_000, 90_000, 90_000, 90_000,
    ]);
    const [low, high] = [0, 0.999].map((random) => nextTry({ ...tries('rejected'), random }));
    expect([low, high]).toEqual([
      { kind: 'try', afterMs: 1000 },
      { kind: 'try', afterMs: 1999 },
    ]);
  });

  it('logs in at once the first time, if there is any time', () => {
    expect(nextTry(tries())).toEqual({ kind: 'try', afterMs: 0 });
    expect(nextTry({ ...tries(), remainingMs: 0 })).toEqual({ kind: 'give-up', reason: 'out-of-time' });
  });

  it.each([
    'rejected-or-disabled',
    'temporary',
    'dns-failed',
    'refused',
    'unreachable',
    'timeout:auth',
    'closed:greeting',
  ] as const)('tries again after %s, which may pass', (verdict) => {
    expect(nextTry(tries(verdict))).toEqual({ kind: 'try', afterMs: 1500 });
  });

  it('counts only failures for its back-off', () => {
    expect(nextTry(tries('valid', 'rejected'))).toEqual({ kind: 'try', afterMs: 1500 });
  });

  it.each([
    'tls-untrusted:expired',
    'starttls-missing',
    'rate-limited',
    'malformed-secret',
    'account-disabled',
    'token-refused',
    'token-not-accepted',
  ] as const)('gives up at once after %s: waiting will not fix it', (verdict) => {
    expect(nextTry(tries(verdict))).toEqual({ kind: 'give-up', reason: 'not-passing' });
  });

  it.each(['held-back', 'throttled', 'unavailable'] as const)(
    'waits after %s until the login budget lets a login through again, or gives up',
    (verdict) => {
      const held = { verdict, retry: { allowed: true, afterSeconds: 90 } };
      const results = [resultWith('rejected'), held];
      expect(nextTry({ ...tries(), results })).toEqual({ kind: 'try', afterMs: 90_000 });
      expect(nextTry({ ...tries(), results, remainingMs: 89_000 })).toEqual({
        kind: 'give-up',
        reason: 'out-of-time',
      });
    },
  );

  it('asks a refused credential in use once more and no oftener: each refusal spends the login budget', () => {
    const current = (...verdicts: Verdict[]) => nextTry({ ...tries(...verdicts), tested: 'current' });
    expect(current('rejected')).toMatchObject({ kind: 'try' });
    expect(current('rejected', 'temporary')).toMatchObject({ kind: 'try' });
    expect(current('rejected', 'temporary', 'rejected')).toEqual({ kind: 'give-up', reason: 'not-passing' });
    expect(nextTry(tries('rejected', 'rejected'))).toMatchObject({ kind: 'try' });
  });

  it('waits for a client secret to spread like for a password, and asks one in use no oftener', () => {
    const twice = tries('client-secret-rejected', 'client-secret-rejected');
    expect(nextTry(twice)).toMatchObject({ kind: 'try' });
    expect(nextTry({ ...twice, tested: 'current' })).toEqual({ kind: 'give-up', reason: 'not-passing' });
    expect(nextTry(tries('token-unavailable'))).toMatchObject({ kind: 'try' });
  });

  it('gives up rather than outlive the remaining time', () => {
    expect(nextTry({ ...tries('rejected'), remainingMs: 300 })).toEqual({
      kind: 'give-up',
      reason: 'out-of-time',
    });
  });
});
