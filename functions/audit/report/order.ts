import type { Check, Severity } from '../check.ts';
import { CATALOGUE } from '../checks/catalogue.ts';
import type { Status } from '../outcome.ts';
import type { CredentialReport, ReportedFinding } from './report.ts';
import { WEIGHT } from './score.ts';

const STATUS_ORDER: readonly Status[] = ['fail', 'warn', 'unknown', 'info', 'pass', 'not-applicable'];
/** A failure outweighs all the warnings that one credential can have. */
const FAIL_FACTOR = 1000;

const CHECKS: ReadonlyMap<string, Check> = new Map(CATALOGUE.map((check) => [check.id, check]));
const POSITIONS: ReadonlyMap<string, number> = new Map(CATALOGUE.map(({ id }, index) => [id, index]));

/** A finding of a check that this version does not know weighs as a medium one. */
export function severityOf(check: string): Severity {
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
  if (status === 'fail') return WEIGHT[severity] * FAIL_FACTOR;
  return status === 'warn' ? WEIGHT[severity] : 0;
}

export function worstCredentialFirst(a: CredentialReport, b: CredentialReport): number {
  return totalAlarm(b) - totalAlarm(a) || compare(a.secretName, b.secretName);
}

/** Accepted ones after those that count, whatever their severity. */
export function worstFindingFirst(a: ReportedFinding, b: ReportedFinding): number {
  const severity = (finding: ReportedFinding) => WEIGHT[severityOf(finding.check)];
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
function rank({ status, accepted }: ReportedFinding): number {
  if (accepted) return 1;
  return status === 'fail' || status === 'warn' ? 0 : 2;
}

function totalAlarm({ findings }: CredentialReport): number {
  const counted = findings.filter(({ accepted }) => !accepted);
  return counted.reduce((sum, { check, status }) => sum + alarm({ status, severity: severityOf(check) }), 0);
}
