import type { AcceptedRisks } from '../accepted-risks.ts';
import type { Check } from '../check.ts';
import { CATALOGUE } from '../checks/catalogue.ts';
import { countStatuses, type Examined } from '../run/examination.ts';
import type { CheckText, CredentialReport, Report, ReportedFinding, Worry } from './report.ts';
import { addPoints, alarm, NO_POINTS, scoreOf, worstFindingFirst } from './score.ts';

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
