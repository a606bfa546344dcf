import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attempt, type LoginBudget } from '../../../functions/budget/attempt.ts';
import type { Limits } from '../../../functions/budget/tally.ts';
import { loginCredential } from '../../../functions/providers/access-token.ts';
import { Tallies } from '../../../functions/table/tallies.ts';
import { Faults } from '../../support/aws/faults.ts';
import { type Answer, credential, evidenceOf } from './evidence.ts';
import { ScheduledTable } from './scheduled-table.ts';

const WINDOW_MS = 30_000;
const BUDGET_MS = 20_000;
/** Two clocks differ by twice this at most. */
const SKEW_MS = 5000;
const RUNS = 1000;

/** One server: its two names and its address; and five accounts of it, one of them in three spellings. */
const HOSTS = ['mail.example.com', 'SMTP.example.com', '::ffff:192.0.2.5'] as const;
const USERS = [
  'orders@example.com',
  ' Orders@EXAMPLE.com',
  'orders',
  'billing@example.com',
  'info@example.com',
  'sales@example.com',
  'news@example.com',
] as const;
const ADDRESSES = ['192.0.2.7', '192.0.2.5'];

interface Try {
  /** Some idle time before it (ms). */
  readonly idleMs: number;
  readonly host: (typeof HOSTS)[number];
  readonly username: (typeof USERS)[number];
  /** Of this many; each secret logs in with any user name. */
  readonly secret: number;
  readonly answer: Answer;
}

interface Failure {
  readonly at: number;
  readonly account: string;
}

/** One function: how far its clock is off, at which of its I/O calls it dies, and what it tries in turn. */
interface Process {
  readonly skewMs: number;
  readonly crash: { readonly at: number; readonly kind: 'crash-before' | 'crash-after' };
  readonly tries: readonly Try[];
}

const answer = fc.constantFrom<Answer>('refused', 'refused', 'refused', 'good', 'unclear', 'not-sent');

const processes: fc.Arbitrary<Process[]> = fc.array(
  fc.record({
    skewMs: fc.constantFrom(-SKEW_MS, 0, SKEW_MS),
    crash: fc.record({
      at: fc.integer({ min: 1, max: 60 }),
      kind: fc.constantFrom<'crash-before' | 'crash-after'>('crash-before', 'crash-after'),
    }),
    tries: fc.array(
      fc.record({
        idleMs: fc.integer({ min: 0, max: WINDOW_MS / 4 }),
        host: fc.constantFrom(...HOSTS),
        username: fc.constantFrom(...USERS),
        secret: fc.nat(3),
        answer,
      }),
      { minLength: 1, maxLength: 8 },
    ),
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
  readonly failures: Failure[] = [];
  readonly #table = new ScheduledTable();
  readonly #scheduler: fc.Scheduler;
  readonly #pauses: Iterator<number>;
  #ids = 0;

  constructor(scheduler: fc.Scheduler, steps: Iterator<number>) {
    this.#scheduler = scheduler;
    this.#pauses = steps;
  }

  async run({ skewMs, crash, tries }: Process, limits: Omit<Limits, 'windowMs'>): Promise<void> {
    const faults = new Faults();
    faults.plan(crash.at, crash.kind);
    const io = <T>(effect: () => T) => faults.call(() => this.#step(effect));
    const newId = () => `id-${++this.#ids}`;
    const budget: Omit<LoginBudget, 'login'> = {
      table: new Tallies(this.#table.reachedBy(io), newId),
      limits: { ...limits, windowMs: WINDOW_MS },
      addresses: async ({ host }) => (isIP(host) ? [host] : ADDRESSES),
      now: () => this.now + skewMs,
      loginCredential,
      random: () => 0.5,
      sleep: (ms) =>
        io(() => {
          this.now += ms;
        }),
      newId,
    };
    for (const { idleMs, host, username, secret, answer } of tries) {
      await budget.sleep(idleMs);
      const login: LoginBudget['login'] = (_credential, budgetMs) =>
        this.#login(io, username, answer, budgetMs);
      const tried = { ...credential, username, endpoint: { ...credential.endpoint, host } };
      await attempt({ ...budget, login }, { credential: tried, secretArn: `${secret}`, budgetMs: BUDGET_MS });
    }
  }

  async #login(io: <T>(effect: () => T) => Promise<T>, username: string, answer: Answer, budgetMs: number) {
    const startedAt = this.now;
    const outOfTime = () => this.now - startedAt >= budgetMs;
    const sent = await io(() => {
      if (outOfTime() || answer === 'not-sent') return false;
      const [account = ''] = username.trim().toLowerCase().split('@');
      if (answer !== 'good') this.failures.push({ at: this.now, account });
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

function mostInOneWindow(failures: readonly Failure[]): number {
  const times = failures.map(({ at }) => at);
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + WINDOW_MS).length),
  );
}

it('no order of events, crash, clock or spelling lets more failed logins through in any window than the budget of the account, and than that of the host', async () => {
  const seen = { failures: 0, spent: 0, hostSpent: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      processes,
      pauses,
      fc.record({ failures: fc.integer({ min: 1, max: 3 }), hostFailures: fc.integer({ min: 3, max: 4 }) }),
      async (scheduler, running, steps, limits) => {
        const deployment = new Deployment(scheduler, steps);
        const ended = Promise.allSettled(running.map((one) => deployment.run(one, limits)));
        const results = await scheduler.waitFor(ended);
        const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
        expect(reasons.filter(({ name }) => name !== 'Crash')).toEqual([]);
        const most = mostInOneWindow(deployment.failures);
        expect(most).toBeLessThanOrEqual(limits.hostFailures);
        const accounts = [...Map.groupBy(deployment.failures, ({ account }) => account).values()];
        const ofAccount = Math.max(0, ...accounts.map(mostInOneWindow));
        expect(ofAccount).toBeLessThanOrEqual(limits.failures);
        seen.failures += deployment.failures.length;
        seen.spent += ofAccount === limits.failures ? 1 : 0;
        seen.hostSpent += most === limits.hostFailures ? 1 : 0;
      },
    ),
    // A failure is replayed by its seed; to shrink an endless stream of pauses takes minutes.
    { numRuns: RUNS, endOnFailure: true },
  );
  // The budget is really used, or the property would hold of a function that never logs in.
  expect(seen.spent).toBeGreaterThan(RUNS / 4);
  expect(seen.hostSpent).toBeGreaterThan(RUNS / 20);
  expect(seen.failures).toBeGreaterThan(RUNS);
}, 120_000);
