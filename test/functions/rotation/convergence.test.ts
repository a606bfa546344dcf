import { describe, expect, it } from 'vitest';
import { nextTry } from '../../../functions/rotation/convergence.ts';
import type { Verdict } from '../../../functions/smtp/judgement.ts';

const tries = (...verdicts: Verdict[]) => ({ verdicts, remainingMs: 60_000, random: 0.5 });

describe('nextTry', () => {
  it('believes a credential only after two proven logins in a row', () => {
    expect(nextTry(tries('valid'))).toEqual({ kind: 'try', afterMs: 0 });
    expect(nextTry(tries('valid', 'rejected'))).toMatchObject({ kind: 'try' });
    expect(nextTry(tries('valid', 'rejected', 'valid'))).toEqual({ kind: 'try', afterMs: 0 });
    expect(nextTry(tries('rejected', 'valid', 'valid'))).toEqual({ kind: 'proven' });
  });

  it('waits longer after each failure, up to 15 seconds, never the same for two callers', () => {
    const waits = [1, 2, 3, 4, 8, 12].map((count) =>
      nextTry(tries(...Array<Verdict>(count).fill('rejected'))),
    );
    expect(waits.map((next) => (next.kind === 'try' ? next.afterMs : next))).toEqual([
      375, 750, 1500, 3000, 11250, 11250,
    ]);
    const [low, high] = [0, 0.999].map((random) => nextTry({ ...tries('rejected'), random }));
    expect([low, high]).toEqual([
      { kind: 'try', afterMs: 250 },
      { kind: 'try', afterMs: 500 },
    ]);
  });

  it.each([
    'tls-untrusted:expired',
    'starttls-missing',
    'rate-limited',
    'malformed-secret',
    'account-disabled',
  ] as const)('gives up at once after %s: waiting will not mend it', (verdict) => {
    expect(nextTry(tries(verdict))).toEqual({ kind: 'give-up', reason: 'not-passing' });
  });

  it('gives up rather than outlive the remaining time', () => {
    expect(nextTry({ ...tries('rejected'), remainingMs: 300 })).toEqual({
      kind: 'give-up',
      reason: 'out-of-time',
    });
  });
});
