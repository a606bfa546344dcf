import type { Check } from '../check.ts';
import { CATALOGUE } from '../checks/catalogue.ts';
import { isWorry } from '../outcome.ts';
import { countStatuses, type Examined, type Finding } from '../run/examination.ts';
import type { AcceptedRisk } from '../settings.ts';
import type { Acceptance, CheckText, CredentialReport, Report, ReportedFinding, Worry } from './report.ts';
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
