import { PRACTICES, type PracticeNumber, type Status } from '../check.ts';
import { CATALOGUE } from '../checks/catalogue.ts';
import { type Counts, countStatuses, type Examined, type Run, type Unexamined } from '../run/run.ts';
import type { AcceptedRisk } from '../settings.ts';
import {
  AcceptedRisks,
  addPoints,
  CHECK_TEXTS,
  compare,
  counts,
  credentialReport,
  loudestFirst,
  NO_POINTS,
  scoreOf,
  worriesOf,
  worstCredentialFirst,
} from './credential-report.ts';
import type {
  CheckTally,
  CredentialReport,
  PracticeReport,
  Report,
  ReportedFinding,
  TrendPoint,
  Worry,
} from './report.ts';

/** What a report holds in memory, whatever the number of credentials; report.json has them all. */
const CREDENTIALS = 200;
const UNEXAMINED = 200;
/** Keeps the summary far below the 6 MB that a function may return. */
const WORRIES = 100;

const NOTHING: CheckTally = { counts: countStatuses([]), accepted: 0 };

/** Takes the examinations of a run one by one, in any order, and makes its report of them. No I/O, bounded memory. */
export class Aggregate {
  readonly run: Run;
  readonly #risks: AcceptedRisks;
  readonly #credentials = new WorstOf(CREDENTIALS, worstCredentialFirst);
  readonly #worries = new WorstOf<Worry>(WORRIES, loudestFirst);
  readonly #unexaminedShown: Unexamined[] = [];
  readonly #tallies = new Map<string, CheckTally>();
  #points = NO_POINTS;
  #examined = 0;
  #unexamined = 0;

  constructor(run: Run, acceptedRisks: readonly AcceptedRisk[]) {
    this.run = run;
    this.#risks = new AcceptedRisks(acceptedRisks, run.startedAt);
  }

  /** What it makes of the credential. */
  addExamined(examined: Examined): CredentialReport {
    const credential = credentialReport(examined, this.#risks);
    this.#examined += 1;
    this.#points = addPoints(this.#points, credential.findings.filter(counts));
    for (const finding of credential.findings) this.#tally(finding);
    for (const worry of worriesOf(credential)) this.#worries.add(worry);
    this.#credentials.add(credential);
    return credential;
  }

  addUnexamined(unexamined: Unexamined): void {
    this.#unexamined += 1;
    if (this.#unexaminedShown.length < UNEXAMINED) this.#unexaminedShown.push(unexamined);
  }

  /** Of all that was added so far. `finishedAt` in ISO 8601; `trend` of the runs before this one. */
  report(finishedAt: string, trend: readonly TrendPoint[]): Report {
    const { runId, startedAt } = this.run;
    const { counts: total, accepted } = sum(this.#tallies.values());
    const score = scoreOf(this.#points);
    return {
      schemaVersion: 1,
      runId,
      startedAt,
      finishedAt,
      score,
      counts: total,
      accepted,
      trend: [...trend, { runId, finishedAt, score }],
      totals: { examined: this.#examined, unexamined: this.#unexamined },
      credentials: this.#credentials.list(),
      unexamined: this.#unexaminedShown.toSorted((a, b) => compare(a.secretArn, b.secretArn)),
      worst: this.#worries.list(),
      practices: this.#practices(),
      checks: CHECK_TEXTS,
      tallies: Object.fromEntries(this.#tallies),
    };
  }

  #tally({ check, status, accepted }: ReportedFinding): void {
    const tally = this.#tallies.get(check) ?? NOTHING;
    const next = accepted
      ? { ...tally, accepted: tally.accepted + 1 }
      : { ...tally, counts: { ...tally.counts, [status]: tally.counts[status] + 1 } };
    this.#tallies.set(check, next);
  }

  #practices(): PracticeReport[] {
    return Object.entries(PRACTICES).map(([key, title]) => {
      const number = Number(key) as PracticeNumber;
      const checks = CATALOGUE.filter(({ practices }) => practices.includes(number)).map(({ id }) => id);
      return { number, title, checks, ...sum(checks.map((id) => this.#tallies.get(id) ?? NOTHING)) };
    });
  }
}

function sum(tallies: Iterable<CheckTally>): CheckTally {
  let total = NOTHING;
  for (const tally of tallies) {
    total = { counts: add(total.counts, tally.counts), accepted: total.accepted + tally.accepted };
  }
  return total;
}

function add(a: Counts, b: Counts): Counts {
  const entries = Object.keys(a).map((status) => [status, a[status as Status] + b[status as Status]]);
  return Object.fromEntries(entries) as Counts;
}

/** The worst `limit` of any number of items, in little more memory than they need. */
export class WorstOf<T> {
  readonly #limit: number;
  readonly #order: (a: T, b: T) => number;
  #kept: T[] = [];

  /** `order` as for `Array.prototype.sort`, the worst first. */
  constructor(limit: number, order: (a: T, b: T) => number) {
    this.#limit = limit;
    this.#order = order;
  }

  add(item: T): void {
    this.#kept.push(item);
    if (this.#kept.length >= 2 * this.#limit) this.#kept = this.list();
  }

  list(): T[] {
    return this.#kept.toSorted(this.#order).slice(0, this.#limit);
  }
}
