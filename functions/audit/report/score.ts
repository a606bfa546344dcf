import type { Check, Severity } from '../check.ts';
import { CATALOGUE } from '../checks/catalogue.ts';
import { isWorry, type Status } from '../outcome.ts';
import type { Finding } from '../run/examination.ts';
import type { CredentialReport, ReportedFinding } from './report.ts';

/** How much a check weighs. */
export const SEVERITY_WEIGHT: Readonly<Record<Severity, number>> = {
  critical: 8,
  high: 4,
  medium: 2,
  low: 1,
};
/** What of its weight each result earns; those that are not here neither help nor harm. */
const CREDIT: Readonly<Partial<Record<Status, number>>> = { pass: 1, warn: 0.5, fail: 0 };
const STATUS_ORDER: readonly Status[] = ['fail', 'warn', 'unknown', 'info', 'pass', 'not-applicable'];
/** A failure outweighs all the warnings that one credential can have. */
const FAIL_FACTOR = 1000;

const CHECKS: ReadonlyMap<string, Check> = new Map(CATALOGUE.map((check) => [check.id, check]));
const POSITIONS: ReadonlyMap<string, number> = new Map(CATALOGUE.map(({ id }, index) => [id, index]));

/** Points that findings earned, of those they could; to be added up over any number of credentials. */
export interface Points {
  readonly earned: number;
  readonly possible: number;
}

export const NO_POINTS: Points = { earned: 0, possible: 0 };

/**
 * The share of the checks that passed, each weighed by its severity, 0 to 100; a warning earns half.
 * Only pass, warn and fail count: what is unknown or does not apply neither helps nor harms. 100 only if all passed.
 */
export function scoreOf({ earned, possible }: Points): number | null {
  return possible === 0 ? null : Math.floor((100 * earned) / possible);
}

/** What further findings make of the points so far. */
export function addPoints(points: Points, findings: readonly Pick<Finding, 'check' | 'status'>[]): Points {
  return findings.reduce(
    (total, { check, status }) => add(total, status, SEVERITY_WEIGHT[severityOf(check)]),
    points,
  );
}

function add(points: Points, status: Status, severityWeight: number): Points {
  const credit = CREDIT[status];
  if (credit === undefined) return points;
  return {
    earned: points.earned + credit * severityWeight,
    possible: points.possible + severityWeight,
  };
}

/** A finding of a check that this version does not know weighs as a medium one. */
function severityOf(check: string): Severity {
  return CHECKS.get(check)?.severity ?? 'medium';
}

/** How loud a finding is; 0 for those that ask for nothing. */
export function alarm({
  status,
  severity,
}: {
  readonly status: Status;
  readonly severity: Severity;
}): number {
  if (status === 'fail') return SEVERITY_WEIGHT[severity] * FAIL_FACTOR;
  return status === 'warn' ? SEVERITY_WEIGHT[severity] : 0;
}

export function worstCredentialFirst(a: CredentialReport, b: CredentialReport): number {
  return totalAlarm(b) - totalAlarm(a) || compare(a.secretName, b.secretName);
}

/** Accepted ones after those that count, whatever their severity. */
export function worstFindingFirst(a: ReportedFinding, b: ReportedFinding): number {
  const severity = (finding: ReportedFinding) => SEVERITY_WEIGHT[severityOf(finding.check)];
  const position = (finding: ReportedFinding) => POSITIONS.get(finding.check) ?? CATALOGUE.length;
  return (
    rank(a) - rank(b) ||
    STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status) ||
    severity(b) - severity(a) ||
    position(a) - position(b)
  );
}

/** Code point order: the same report on every machine, whatever its locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Failures and warnings, then accepted ones, then the rest. */
function rank(finding: ReportedFinding): number {
  if (finding.accepted) return 1;
  return isWorry(finding) ? 0 : 2;
}

function totalAlarm({ findings }: CredentialReport): number {
  const counted = findings.filter(({ accepted }) => !accepted);
  return counted.reduce((sum, { check, status }) => sum + alarm({ status, severity: severityOf(check) }), 0);
}
