import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attempt, type LoginBudget } from '../../../functions/budget/attempt.ts';
import { BudgetTable } from '../../../functions/budget/budget-table.ts';
import { loginCredential } from '../../../functions/token/login-credential.ts';
import { Faults } from '../../support/aws/faults.ts';
import { type Answer, credential, evidenceOf } from './evidence.ts';
import { ScheduledTable } from './scheduled-table.ts';

const WINDOW_MS = 30_000;
const BUDGET_MS = 20_000;
/** Two clocks differ by twice this at most. */
const SKEW_MS = 5000;
const RUNS = 1000;

/** One function: how far its clock is off, at which of its I/O calls it dies, and what the server answers it in turn. */
interface Process {
  readonly skewMs: number;
  readonly crash: { readonly at: number; readonly kind: 'crash-before' | 'crash-after' };
  /** Each after some idle time (ms). */
  readonly answers: readonly (readonly [idleMs: number, Answer])[];
}

const answer = fc.constantFrom<Answer>('refused', 'refused', 'refused', 'good', 'unclear', 'not-sent');

const processes: fc.Arbitrary<Process[]> = fc.array(
  fc.record({
    skewMs: fc.constantFrom(-SKEW_MS, 0, SKEW_MS),
    crash: fc.record({
      at: fc.integer({ min: 1, max: 30 }),
      kind: fc.constantFrom<'crash-before' | 'crash-after'>('crash-before', 'crash-after'),
    }),
    answers: fc.array(fc.tuple(fc.integer({ min: 0, max: WINDOW_MS }), answer), {
      minLength: 1,
      maxLength: 8,
    }),
  }),
  { minLength: 3, maxLength: 8 },
);

/** How long each step takes (ms): mostly a moment, now and then a good part of a login's time. */
const pauses = fc.infiniteStream(
  fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 50 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: BUDGET_MS }) },
  ),
);

/** Many functions over one table and one server, on the server's clock; the scheduler chooses who goes next. */
class Deployment {
  now = Date.parse('2026-11-24T06:00:00Z');
  /** When the server counted a failed login. */
  readonly failures: number[] = [];
  readonly #table = new ScheduledTable();
  readonly #scheduler: fc.Scheduler;
  readonly #pauses: Iterator<number>;
  #ids = 0;

  constructor(scheduler: fc.Scheduler, steps: Iterator<number>) {
    this.#scheduler = scheduler;
    this.#pauses = steps;
  }

  async run({ skewMs, crash, answers }: Process, failures: number): Promise<void> {
    const faults = new Faults();
    faults.plan(crash.at, crash.kind);
    const io = <T>(effect: () => T) => faults.call(() => this.#step(effect));
    const newId = () => `id-${++this.#ids}`;
    const budget: Omit<LoginBudget, 'login'> = {
      table: new BudgetTable(this.#table.clientFor(io), 'table', newId),
      limits: { failures, windowMs: WINDOW_MS },
      now: () => this.now + skewMs,
      loginCredential,
      random: () => 0.5,
      sleep: (ms) =>
        io(() => {
          this.now += ms;
        }),
      newId,
    };
    for (const [idleMs, answer] of answers) {
      await budget.sleep(idleMs);
      const login: LoginBudget['login'] = (_credential, budgetMs) => this.#login(io, answer, budgetMs);
      await attempt({ ...budget, login }, credential, BUDGET_MS);
    }
  }

  async #login(io: <T>(effect: () => T) => Promise<T>, answer: Answer, budgetMs: number) {
    const startedAt = this.now;
    const outOfTime = () => this.now - startedAt >= budgetMs;
    const sent = await io(() => {
      if (outOfTime() || answer === 'not-sent') return false;
      if (answer !== 'good') this.failures.push(this.now);
      return true;
    });
    if (!sent) return evidenceOf('not-sent');
    return io(() => evidenceOf(outOfTime() ? 'unclear' : answer));
  }

  async #step<T>(effect: () => T): Promise<T> {
    await this.#scheduler.schedule(Promise.resolve());
    this.now += this.#pauses.next().value ?? 0;
    return effect();
  }
}

function mostInOneWindow(times: readonly number[]): number {
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + WINDOW_MS).length),
  );
}

it('no order of events, crash or clock lets more failed logins through in any window than the budget', async () => {
  const seen = { failures: 0, spent: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      processes,
      pauses,
      fc.integer({ min: 1, max: 3 }),
      async (scheduler, running, steps, failures) => {
        const deployment = new Deployment(scheduler, steps);
        const ended = Promise.allSettled(running.map((one) => deployment.run(one, failures)));
        const results = await scheduler.waitFor(ended);
        const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
        expect(reasons.filter(({ name }) => name !== 'Crash')).toEqual([]);
        const most = mostInOneWindow(deployment.failures);
        expect(most).toBeLessThanOrEqual(failures);
        seen.failures += deployment.failures.length;
        seen.spent += most === failures ? 1 : 0;
      },
    ),
    // A failure is replayed by its seed; to shrink an endless stream of pauses takes minutes.
    { numRuns: RUNS, endOnFailure: true },
  );
  // The budget is really used, or the property would hold of a function that never logs in.
  expect(seen.spent).toBeGreaterThan(RUNS / 4);
  expect(seen.failures).toBeGreaterThan(RUNS);
}, 60_000);
