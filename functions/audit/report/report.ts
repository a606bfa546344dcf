import * as v from 'valibot';
import { REPORT } from '../../observe/names.ts';
import type { Reference } from '../../smtp/reference.ts';
import { timestamp } from '../../validation/contract.ts';
import type { PracticeNumber, Severity } from '../check.ts';
import type { Counts, Examined, Finding, Unexamined } from '../run/run.ts';

/** `audits/<runId>/report.json`: the whole result of one audit. Dates are ISO 8601, scores whole numbers from 0 to 100. */
export interface Report {
  readonly schemaVersion: 1;
  readonly runId: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** See `scoreOf`; null when nothing could be weighed. */
  readonly score: number | null;
  /** Findings by status, over all credentials. */
  readonly counts: Counts;
  /** Failures and warnings that an owner has accepted; `counts` and `score` leave them out. */
  readonly accepted: number;
  /** Scores of the last runs, oldest first, this one last; at most 30. */
  readonly trend: readonly TrendPoint[];
  /** How many credentials were examined, and how many could not be. */
  readonly totals: { readonly examined: number; readonly unexamined: number };
  /**
   * In report.json all of them, in the order of the plan. What the page, the digest and the summary are made from holds
   * the worst only, worst first, so that memory does not grow with their number: `totals` says how many there are.
   */
  readonly credentials: readonly CredentialReport[];
  /** Likewise all in report.json, and the first of them elsewhere. */
  readonly unexamined: readonly Unexamined[];
  /** The worst failures and warnings over all credentials, at most a hundred; no accepted ones. */
  readonly worst: readonly Worry[];
  /** All nineteen, in their order. */
  readonly practices: readonly PracticeReport[];
  /** The words for each check id that a finding may name. */
  readonly checks: Readonly<Record<string, CheckText>>;
  /** What each check found over all credentials, also those that are not among `credentials`. */
  readonly tallies: Readonly<Record<string, CheckTally>>;
}

export interface CheckTally {
  /** Without the accepted ones. */
  readonly counts: Counts;
  readonly accepted: number;
}

export interface TrendPoint {
  readonly runId: string;
  readonly finishedAt: string;
  readonly score: number | null;
}

export interface CredentialReport extends Omit<Examined, 'kind' | 'owner' | 'resolved' | 'findings'> {
  readonly score: number | null;
  /** Without the accepted ones. */
  readonly counts: Counts;
  readonly accepted: number;
  /** Worst first; accepted ones keep their status and come after those that count. */
  readonly findings: readonly ReportedFinding[];
}

export type ReportedFinding = Finding & {
  /** The risk of this failure or warning is accepted, until the end of `until`: it neither counts nor raises an alarm. */
  readonly accepted: Acceptance | null;
  /** It was accepted once, and counts again since this day is over (`YYYY-MM-DD`). */
  readonly acceptanceExpired: string | null;
};

export interface Acceptance {
  readonly reason: string;
  /** Who answers for it; null when the configuration names nobody. */
  readonly owner: string | null;
  /** The last day, `YYYY-MM-DD`, UTC. */
  readonly until: string;
}

export interface PracticeReport {
  readonly number: PracticeNumber;
  readonly title: string;
  /** Ids of the checks that serve it; empty where no check can (`SERVED_WITHOUT_CHECK`). */
  readonly checks: readonly string[];
  /** Without the accepted ones. */
  readonly counts: Counts;
  readonly accepted: number;
}

export interface CheckText {
  readonly title: string;
  readonly severity: Severity;
  readonly practices: readonly PracticeNumber[];
  readonly why: string;
  readonly remediation: string;
  readonly reference: Reference;
}

/** A finding that wants a person, with all that is needed to act. */
export interface Worry extends CheckText {
  readonly check: string;
  readonly status: 'fail' | 'warn';
  readonly secretName: string;
  readonly secretArn: string;
  readonly evidence: string;
  /** ISO 8601. */
  readonly firstSeenAt: string | null;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const counts = v.object({
  pass: count,
  warn: count,
  fail: count,
  info: count,
  unknown: count,
  'not-applicable': count,
});

const practiceNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(19));

/** A finding that wants a person, with all that is needed to act. */
const worry = v.object({
  check: v.string(),
  status: v.picklist(['fail', 'warn']),
  secretName: v.string(),
  secretArn: v.string(),
  evidence: v.string(),
  firstSeenAt: v.pipe(v.nullable(timestamp), v.description('When an audit first found it; it stands since.')),
  title: v.string(),
  severity: v.picklist(['critical', 'high', 'medium', 'low']),
  practices: v.pipe(v.array(practiceNumber), v.readonly()),
  why: v.string(),
  remediation: v.string(),
  reference: v.object({ title: v.string(), url: v.pipe(v.string(), v.url()) }),
});

/** `audits/latest.json`, and the answer of `GET /audits/latest` and `GET /audits/{id}`: bounded, whatever the number of credentials. */
export const auditSummary = v.object({
  schemaVersion: v.literal(1),
  runId: v.string(),
  startedAt: timestamp,
  finishedAt: timestamp,
  score: v.pipe(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))),
    v.description('Null when nothing could be weighed.'),
  ),
  counts: v.pipe(
    counts,
    v.description('Findings by status, over all credentials, without the accepted ones.'),
  ),
  accepted: v.pipe(count, v.description('Failures and warnings whose risk an owner has accepted.')),
  credentials: count,
  unexamined: count,
  reportKey: v.pipe(v.string(), v.description('Key of the whole report in the report bucket, as JSON.')),
  pageKey: v.pipe(v.string(), v.description('Key of the same report as a page.')),
  practices: v.pipe(
    v.array(v.object({ number: practiceNumber, title: v.string(), counts })),
    v.readonly(),
    v.description('All nineteen; a finding counts for each practice that its check serves.'),
  ),
  worst: v.pipe(v.array(worry), v.readonly(), v.description('Worst first, at most a hundred.')),
});

export type AuditSummary = Readonly<v.InferOutput<typeof auditSummary>>;

/** Bounded, as the report in memory is: it is the answer of a function, which may have 6 MB. */
export function summarise(report: Report): AuditSummary {
  const { schemaVersion, runId, startedAt, finishedAt, score, counts, accepted } = report;
  return {
    schemaVersion,
    runId,
    startedAt,
    finishedAt,
    score,
    counts,
    accepted,
    credentials: report.totals.examined,
    unexamined: report.totals.unexamined,
    reportKey: REPORT.json(runId),
    pageKey: REPORT.html(runId),
    practices: report.practices.map(({ number, title, counts: found }) => ({ number, title, counts: found })),
    worst: report.worst,
  };
}
