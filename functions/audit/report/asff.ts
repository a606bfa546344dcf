import { createHash } from 'node:crypto';
import type { AwsSecurityFinding, ComplianceStatus, SeverityLabel } from '@aws-sdk/client-securityhub';
import type { Severity } from '../check.ts';
import type { Status } from '../outcome.ts';
import { CHECK_TEXTS } from './credential-report.ts';
import { cut, oneLine } from './plain-text.ts';
import type { CheckText, CredentialReport, ReportedFinding } from './report.ts';

/** Where the findings are imported, and of which run they are; `at` in ISO 8601. */
export interface ImportContext {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly runId: string;
  readonly at: string;
}

/** https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html, in characters. */
const LIMIT = { title: 256, description: 1024, id: 512, recommendation: 512, field: 2048 } as const;

const SEVERITY: Readonly<Record<Severity, SeverityLabel>> = {
  critical: 'CRITICAL',
  high: 'HIGH',
  medium: 'MEDIUM',
  low: 'LOW',
};

const COMPLIANCE: Readonly<Record<Status, ComplianceStatus>> = {
  pass: 'PASSED',
  warn: 'WARNING',
  fail: 'FAILED',
  info: 'NOT_AVAILABLE',
  unknown: 'NOT_AVAILABLE',
  'not-applicable': 'NOT_AVAILABLE',
};

const TYPE = 'Software and Configuration Checks/AWS Security Best Practices';

/**
 * What Security Hub is told of one credential: its failures and warnings, and those of the last audit that are gone
 * (`resolved`: ids of checks), archived. What passed before and passes again is not sent: each finding costs.
 */
export function asffFindings(
  report: CredentialReport,
  resolved: readonly string[],
  context: ImportContext,
): AwsSecurityFinding[] {
  return report.findings.flatMap((finding) => {
    const text = CHECK_TEXTS[finding.check];
    const told = isWorry(finding) || resolved.includes(finding.check);
    return text && told ? [asffFinding(report, finding, text, context)] : [];
  });
}

function isWorry({ status }: ReportedFinding): boolean {
  return status === 'fail' || status === 'warn';
}

/** Every text begins with words of ours, so that no value can be a formula in a sheet that somebody exports. */
function asffFinding(
  { secretArn, secretName }: CredentialReport,
  finding: ReportedFinding,
  text: CheckText,
  context: ImportContext,
): AwsSecurityFinding {
  const { check, status, evidence, firstSeenAt } = finding;
  const { partition, region, accountId, at } = context;
  const severity = { Label: isWorry(finding) ? SEVERITY[text.severity] : 'INFORMATIONAL' } as const;
  return {
    SchemaVersion: '2018-10-08',
    Id: findingId(secretArn, check),
    ProductArn: productArn(context),
    GeneratorId: `keyturn/${check}`,
    AwsAccountId: accountId,
    Types: [TYPE],
    CreatedAt: firstSeenAt ?? at,
    UpdatedAt: at,
    Severity: severity,
    FindingProviderFields: { Severity: severity, Types: [TYPE] },
    Title: field(`${text.title}: ${secretName}`, LIMIT.title),
    Description: field(`Seen: ${evidence} Why it matters: ${text.why}`, LIMIT.description),
    Remediation: {
      Recommendation: { Text: field(text.remediation, LIMIT.recommendation), Url: text.reference.url },
    },
    ProductFields: productFields(finding, text, context),
    Resources: [
      {
        Type: 'AwsSecretsManagerSecret',
        Id: field(secretArn, LIMIT.id),
        Partition: partitionOf(partition),
        Region: region,
      },
    ],
    Compliance: { Status: COMPLIANCE[status] },
    RecordState: isWorry(finding) && !finding.accepted ? 'ACTIVE' : 'ARCHIVED',
  };
}

/** The same for the same secret and check in every run; a secret's name may be as long as a whole id. */
function findingId(secretArn: string, check: string): string {
  return `keyturn/${check}/${createHash('sha256').update(secretArn).digest('hex')}`;
}

/** Of findings that an account imports for itself. */
function productArn({ partition, region, accountId }: Omit<ImportContext, 'runId' | 'at'>): string {
  return `arn:${partition}:securityhub:${region}:${accountId}:product/${accountId}/default`;
}

function productFields({ accepted }: ReportedFinding, { practices }: CheckText, { runId }: ImportContext) {
  return {
    'keyturn/RunId': runId,
    'keyturn/Practices': practices.join(', '),
    ...(accepted && {
      'keyturn/AcceptedUntil': accepted.until,
      'keyturn/AcceptedBecause': field(`Accepted: ${accepted.reason}`, LIMIT.field),
    }),
  };
}

function partitionOf(partition: string) {
  return partition === 'aws-cn' || partition === 'aws-us-gov' ? partition : 'aws';
}

function field(text: string, limit: number): string {
  return cut(oneLine(text), limit);
}
