import { CATALOGUE } from '../catalogue.ts';
import type { Check, Severity } from '../check.ts';
import {
  countStatuses,
  type Examination,
  type Examined,
  type Finding,
  type Unexamined,
} from '../examined.ts';
import type { Status } from '../outcome.ts';
import { PRACTICES, type PracticeNumber } from '../practices.ts';
import type { Run } from '../run.ts';
import type { CheckText, CredentialReport, PracticeReport, Report, Worry } from './report.ts';
import { scoreOf, WEIGHT } from './score.ts';

const STATUS_ORDER: readonly Status[] = ['fail', 'warn', 'unknown', 'info', 'pass', 'not-applicable'];
/** A failure outweighs all the warnings that one credential can have. */
const FAIL_FACTOR = 1000;

const CHECKS: ReadonlyMap<string, Check> = new Map(CATALOGUE.map((check) => [check.id, check]));
const POSITIONS: ReadonlyMap<string, number> = new Map(CATALOGUE.map(({ id }, index) => [id, index]));

/** Pure: the examinations of one run become its report. `finishedAt` in ISO 8601. */
export function aggregate(run: Run, examinations: readonly Examination[], finishedAt: string): Report {
  const credentials = examinations.filter(isExamined).map(credentialReport).toSorted(worstFirst);
  const unexamined = examinations.filter(isUnexamined).toSorted(byArn);
  const findings = credentials.flatMap((credential) => credential.findings);
  return {
    schemaVersion: 1,
    ...run,
    finishedAt,
    score: scoreOf(findings, severityOf),
    counts: countStatuses(findings),
    credentials,
    unexamined,
    practices: practiceReports(findings),
    checks: Object.fromEntries(CATALOGUE.map((check) => [check.id, checkText(check)])),
  };
}

/** Every failure and warning of a report, worst first. */
export function worries({ credentials, checks }: Report): Worry[] {
  return credentials
    .flatMap(({ secretArn, secretName, findings }) =>
      findings.flatMap(({ check, status, evidence }) => {
        const text = checks[check];
        if (!text || (status !== 'fail' && status !== 'warn')) return [];
        return [{ check, status, secretName, secretArn, evidence, ...text }];
      }),
    )
    .toSorted((a, b) => alarm(b) - alarm(a));
}

function credentialReport({ kind: _kind, ...examined }: Examined): CredentialReport {
  const findings = examined.findings.toSorted(findingOrder);
  return { ...examined, findings, score: scoreOf(findings, severityOf), counts: countStatuses(findings) };
}

function practiceReports(findings: readonly Finding[]): PracticeReport[] {
  return Object.entries(PRACTICES).map(([key, title]) => {
    const number = Number(key) as PracticeNumber;
    const checks = CATALOGUE.filter(({ practices }) => practices.includes(number)).map(({ id }) => id);
    const counts = countStatuses(findings.filter(({ check }) => checks.includes(check)));
    return { number, title, checks, counts };
  });
}

function checkText({ title, severity, practices, why, mend, reference }: Check): CheckText {
  return { title, severity, practices, why, mend, reference };
}

/** A finding of a check that this version does not know weighs as a medium one. */
function severityOf(check: string): Severity {
  return CHECKS.get(check)?.severity ?? 'medium';
}

function alarm({ status, severity }: { readonly status: Status; readonly severity: Severity }): number {
  if (status === 'fail') return WEIGHT[severity] * FAIL_FACTOR;
  return status === 'warn' ? WEIGHT[severity] : 0;
}

function totalAlarm({ findings }: CredentialReport): number {
  return findings.reduce((sum, { check, status }) => sum + alarm({ status, severity: severityOf(check) }), 0);
}

function worstFirst(a: CredentialReport, b: CredentialReport): number {
  return totalAlarm(b) - totalAlarm(a) || compare(a.secretName, b.secretName);
}

function findingOrder(a: Finding, b: Finding): number {
  const severity = (finding: Finding) => WEIGHT[severityOf(finding.check)];
  const position = (finding: Finding) => POSITIONS.get(finding.check) ?? CATALOGUE.length;
  return (
    STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status) ||
    severity(b) - severity(a) ||
    position(a) - position(b)
  );
}

function byArn(a: Unexamined, b: Unexamined): number {
  return compare(a.secretArn, b.secretArn);
}

/** Code point order: the same report on every machine, whatever its locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function isExamined(examination: Examination): examination is Examined {
  return examination.kind === 'examined';
}

function isUnexamined(examination: Examination): examination is Unexamined {
  return examination.kind === 'unexamined';
}
