import { createHash } from 'node:crypto';
import {
  type AwsSecurityFinding,
  BatchImportFindingsCommand,
  type ComplianceStatus,
  type SecurityHubClient,
  type SeverityLabel,
} from '@aws-sdk/client-securityhub';
import { build } from '@aws-sdk/util-arn-parser';
import { shownName } from '../../observe/shown.ts';
import { isWorry, type Severity, type Status } from '../check.ts';
import { CHECK_TEXTS } from '../report/credential-report.ts';
import { cut, oneLine } from '../report/html.ts';
import type { CheckText, CredentialReport, ReportedFinding } from '../report/report.ts';

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

/** The most that one call of BatchImportFindings takes. */
const FINDINGS_A_CALL = 100;

export interface Imports {
  readonly imported: number;
  readonly failed: number;
  /** Security Hub's own codes, or names of errors, each once; never its messages, which repeat what was sent. */
  readonly errors: readonly string[];
}

/** Sends findings on as they come, and holds no more of them than one call takes. */
export class SecurityHub {
  readonly #client: SecurityHubClient;
  readonly #context: ImportContext;
  #waiting: AwsSecurityFinding[] = [];
  #imported = 0;
  #failed = 0;
  readonly #errors = new Set<string>();

  constructor(client: SecurityHubClient, context: ImportContext) {
    this.#client = client;
    this.#context = context;
  }

  async add(report: CredentialReport, resolved: readonly string[]): Promise<void> {
    this.#waiting.push(...asffFindings(report, resolved, this.#context));
    while (this.#waiting.length >= FINDINGS_A_CALL)
      await this.#send(this.#waiting.splice(0, FINDINGS_A_CALL));
  }

  async end(): Promise<Imports> {
    if (this.#waiting.length > 0) await this.#send(this.#waiting.splice(0));
    return { imported: this.#imported, failed: this.#failed, errors: [...this.#errors] };
  }

  /** A call that fails is counted, and the others go on: the next run sends what still stands. */
  async #send(findings: AwsSecurityFinding[]): Promise<void> {
    try {
      const { SuccessCount = 0, FailedFindings = [] } = await this.#client.send(
        new BatchImportFindingsCommand({ Findings: findings }),
      );
      this.#imported += SuccessCount;
      this.#failed += findings.length - SuccessCount;
      for (const { ErrorCode } of FailedFindings) this.#errors.add(ErrorCode ?? 'Error');
    } catch (error) {
      this.#failed += findings.length;
      this.#errors.add(shownName(error));
    }
  }
}

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
  const resource = `product/${accountId}/default`;
  return build({ partition, service: 'securityhub', region, accountId, resource });
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
