import type { Reference } from '../../smtp/reference.ts';
import type { Severity } from '../check.ts';
import type { Counts, Examined, Unexamined } from '../examined.ts';
import type { PracticeNumber } from '../practices.ts';

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
  /** Worst first. */
  readonly credentials: readonly CredentialReport[];
  readonly unexamined: readonly Unexamined[];
  /** All nineteen, in their order. */
  readonly practices: readonly PracticeReport[];
  /** The words for each check id that a finding may name. */
  readonly checks: Readonly<Record<string, CheckText>>;
}

export interface CredentialReport extends Omit<Examined, 'kind'> {
  readonly score: number | null;
  readonly counts: Counts;
}

export interface PracticeReport {
  readonly number: PracticeNumber;
  readonly title: string;
  /** Ids of the checks that serve it; empty when this audit does not look at it. */
  readonly checks: readonly string[];
  readonly counts: Counts;
}

export interface CheckText {
  readonly title: string;
  readonly severity: Severity;
  readonly practices: readonly PracticeNumber[];
  readonly why: string;
  readonly mend: string;
  readonly reference: Reference;
}

/** A finding that wants a person, with all that is needed to act. */
export interface Worry extends CheckText {
  readonly check: string;
  readonly status: 'fail' | 'warn';
  readonly secretName: string;
  readonly secretArn: string;
  readonly evidence: string;
}

/** `audits/latest.json` too. */
export type { AuditSummary as Summary } from '../../api/audit-summary.ts';
