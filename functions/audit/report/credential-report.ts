import { type Check, isWorry, type Severity, STATUSES, type Status } from '../check.ts';
import { CATALOGUE } from '../checks/catalogue.ts';
import { countStatuses, type Examined, type Finding } from '../run/run.ts';
import type { AcceptedRisk } from '../settings.ts';
import type { Acceptance, CheckText, CredentialReport, Report, ReportedFinding, Worry } from './report.ts';

/** The words of every check of the catalogue. */
export const CHECK_TEXTS: Readonly<Record<string, CheckText>> = Object.fromEntries(
  CATALOGUE.map((check) => [check.id, checkText(check)]),
);

/** Pure: what one examination found, and which of it the owner lives with. */
export function credentialReport(
  { kind: _kind, owner: _owner, resolved: _resolved, ...examined }: Examined,
  risks: AcceptedRisks,
): CredentialReport {
  const findings = examined.findings
    .map((finding): ReportedFinding => ({ ...finding, ...risks.of(examined.secretName, finding) }))
    .toSorted(worstFindingFirst);
  const counted = findings.filter(counts);
  return {
    ...examined,
    findings,
    score: scoreOf(addPoints(NO_POINTS, counted)),
    counts: countStatuses(counted),
    accepted: findings.length - counted.length,
  };
}

/** Whether a finding counts: accepted ones do not. */
export function counts({ accepted }: ReportedFinding): boolean {
  return accepted === null;
}

/** The failures and warnings that want a person, worst first. */
export function worriesOf({ secretArn, secretName, findings }: CredentialReport): Worry[] {
  return findings
    .filter(counts)
    .flatMap(({ check, status, evidence, firstSeenAt }): Worry[] => {
      const text = CHECK_TEXTS[check];
      if (!text || (status !== 'fail' && status !== 'warn')) return [];
      return [{ check, status, secretName, secretArn, evidence, firstSeenAt, ...text }];
    })
    .toSorted(loudestFirst);
}

/** Those of all credentials that the report holds, worst first. */
export function worries({ credentials }: Pick<Report, 'credentials'>): Worry[] {
  return credentials.flatMap(worriesOf).toSorted(loudestFirst);
}

export function loudestFirst(a: Worry, b: Worry): number {
  return alarm(b) - alarm(a);
}

function checkText({ title, severity, practices, why, remediation, reference }: Check): CheckText {
  return { title, severity, practices, why, remediation, reference };
}

/** The two fields of a reported finding that say whether its risk is accepted; at most one of them is not null. */
export interface Accepted {
  readonly accepted: Acceptance | null;
  readonly acceptanceExpired: string | null;
}

const NOT_ACCEPTED: Accepted = { accepted: null, acceptanceExpired: null };

/** The accepted risks of one deployment, as they stand on one day. */
export class AcceptedRisks {
  readonly #risks: ReadonlyMap<string, AcceptedRisk>;
  readonly #today: string;

  /** `at` in ISO 8601: the same run gives the same answer, however late its report is made. */
  constructor(risks: readonly AcceptedRisk[], at: string) {
    this.#risks = new Map(risks.map((risk) => [keyOf(risk.secret, risk.check), risk]));
    this.#today = at.slice(0, 'YYYY-MM-DD'.length);
  }

  /** Only a failure or a warning is a risk that can be accepted. */
  of(secretName: string, finding: Pick<Finding, 'check' | 'status'>): Accepted {
    const risk = this.#risks.get(keyOf(secretName, finding.check));
    if (!risk || !isWorry(finding)) return NOT_ACCEPTED;
    const { reason, owner = null, until } = risk;
    if (until < this.#today) return { accepted: null, acceptanceExpired: until };
    return { accepted: { reason, owner, until }, acceptanceExpired: null };
  }
}

/** Neither part can hold a line feed. */
function keyOf(secret: string, check: string): string {
  return `${check}\n${secret}`;
}

/** How much a check weighs. */
export const SEVERITY_WEIGHT: Readonly<Record<Severity, number>> = {
  critical: 8,
  high: 4,
  medium: 2,
  low: 1,
};
/** What of its weight each result earns; those that are not here neither help nor harm. */
const CREDIT: Readonly<Partial<Record<Status, number>>> = { pass: 1, warn: 0.5, fail: 0 };
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
function worstFindingFirst(a: ReportedFinding, b: ReportedFinding): number {
  const severity = (finding: ReportedFinding) => SEVERITY_WEIGHT[severityOf(finding.check)];
  const position = (finding: ReportedFinding) => POSITIONS.get(finding.check) ?? CATALOGUE.length;
  return (
    rank(a) - rank(b) ||
    STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
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
