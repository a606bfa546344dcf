import type { Reference } from '../../smtp/reference.ts';
import type { PracticeNumber, Severity } from '../check.ts';
import type { Counts, Examined, Finding, Unexamined } from '../run/examination.ts';

/** `audits/<runId>/report.json`: the whole result of one audit. Dates are ISO 8601, scores whole numbers from 0 to 100. */
export interface Report {
  readonly schemaVersion: 1;
  readonly runId: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** See score.ts; null when nothing could be weighed. */
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
