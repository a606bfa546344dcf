import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../functions/audit/checks/catalogue.ts';
import { asffFindings, type ImportContext } from '../../../../functions/audit/notify/security-hub.ts';
import { AcceptedRisks, credentialReport } from '../../../../functions/audit/report/credential-report.ts';
import type { Examined, Finding } from '../../../../functions/audit/run/run.ts';
import { examined, RUN } from '../report/examinations.ts';

const CONTEXT: ImportContext = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '123456789012',
  runId: RUN.runId,
  at: RUN.startedAt,
};
const NO_RISKS = new AcceptedRisks([], RUN.startedAt);
const ORDERS = examined('keyturn/orders');
const SINCE = '2026-11-01T06:00:00.000Z';

const finding = (status: 'pass' | 'warn' | 'fail' | 'info', changes: object = {}): Finding => ({
  check: 'cred.login',
  status,
  evidence: 'The server answered 535.',
  firstSeenAt: status === 'fail' || status === 'warn' ? SINCE : null,
  ...changes,
});

const told = (changes: Partial<Examined>, risks = NO_RISKS): AwsSecurityFinding[] => {
  const credential = { ...ORDERS, ...changes };
  return asffFindings(credentialReport(credential, risks), credential.resolved, CONTEXT);
};

const one = (changes: Partial<Examined>, risks = NO_RISKS): AwsSecurityFinding => {
  const [only, ...others] = told(changes, risks);
  expect(others).toEqual([]);
  return only ?? expect.unreachable('nothing was told');
};

describe('a failure in Security Hub', () => {
  it('is active, failed, dated, and says what was seen, why it matters and how to fix it', () => {
    const check = CATALOGUE.find(({ id }) => id === 'cred.login') ?? expect.unreachable();
    expect(one({ findings: [finding('fail')] })).toMatchObject({
      SchemaVersion: '2018-10-08',
      ProductArn: 'arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default',
      AwsAccountId: '123456789012',
      GeneratorId: 'keyturn/cred.login',
      CreatedAt: SINCE,
      UpdatedAt: RUN.startedAt,
      Severity: { Label: check.severity.toUpperCase() },
      Title: `${check.title}: keyturn/orders`,
      Description: expect.stringMatching(/^Seen: The server answered 535\. Why it matters: /),
      Remediation: { Recommendation: { Text: check.remediation, Url: check.reference.url } },
      Resources: [{ Type: 'AwsSecretsManagerSecret', Id: ORDERS.secretArn, Region: 'us-east-1' }],
      Compliance: { Status: 'FAILED' },
      RecordState: 'ACTIVE',
    });
  });

  it('has the same id in every run, and another one for each secret and check', () => {
    const id = (changes: Partial<Examined>) => one({ findings: [finding('fail')], ...changes }).Id;
    expect(id({})).toBe(id({ findings: [finding('fail', { evidence: 'Something else.' })] }));
    const others = [
      id({}),
      id({ secretArn: 'arn:other' }),
      id({ findings: [finding('fail', { check: 'cert.chain' })] }),
    ];
    expect(new Set(others).size).toBe(3);
  });

  it('is archived as passed once it is gone, and what passed before is not sent', () => {
    expect(told({ findings: [finding('pass')] })).toEqual([]);
    expect(one({ findings: [finding('pass')], resolved: ['cred.login'] })).toMatchObject({
      Id: one({ findings: [finding('fail')] }).Id,
      RecordState: 'ARCHIVED',
      Compliance: { Status: 'PASSED' },
      Severity: { Label: 'INFORMATIONAL' },
    });
  });

  it('that its owner lives with is archived, with the reason, until it counts again', () => {
    const risk = { secret: 'keyturn/orders', check: 'cred.login', reason: '=known', until: '2026-12-31' };
    const accepted = one({ findings: [finding('fail')] }, new AcceptedRisks([risk], RUN.startedAt));
    expect(accepted).toMatchObject({
      RecordState: 'ARCHIVED',
      ProductFields: { 'keyturn/AcceptedUntil': '2026-12-31', 'keyturn/AcceptedBecause': 'Accepted: =known' },
    });
    const later = new AcceptedRisks([risk], '2027-01-01T06:00:00.000Z');
    expect(one({ findings: [finding('fail')] }, later).RecordState).toBe('ACTIVE');
  });

  it('is a warning as WARNING; what is not known says nothing, so that the last word stands', () => {
    expect(one({ findings: [finding('warn')] }).Compliance).toEqual({ Status: 'WARNING' });
    const unknown = {
      check: 'cred.login',
      status: 'unknown',
      reason: 'timeout',
      evidence: 'x',
      firstSeenAt: null,
    } as const;
    expect(told({ findings: [unknown] })).toEqual([]);
  });
});

describe('whatever a server, a tag or a name says', () => {
  const hostile = [
    '=HYPERLINK("https://evil.example")',
    '+1-1',
    '@SUM(A1)',
    '-2+3',
    '<script>alert(1)</script>',
    '\u001b[31mred\r\nX-Header: 1\u0000',
    '\u202egnp.exe\u2066',
    '\ud800',
    '😀'.repeat(1000),
  ];

  it.each(hostile)('Security Hub gets plain text that begins with words of ours: %#', (text) => {
    const changes = {
      secretName: text,
      secretArn: `arn:${text}`,
      findings: [finding('fail', { evidence: text })],
    };
    expectSafe(one(changes));
  });

  it('the reason of an accepted risk too', () => {
    for (const reason of hostile) {
      const risk = { secret: 'keyturn/orders', check: 'cred.login', reason, until: '2026-12-31' };
      const accepted = one({ findings: [finding('fail')] }, new AcceptedRisks([risk], RUN.startedAt));
      expectSafe(accepted);
      const text = accepted.ProductFields?.['keyturn/AcceptedBecause'] ?? '';
      expect(text).toMatch(/^Accepted: ?[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u);
      expect(text.length).toBeLessThanOrEqual(2048);
    }
  });

  it('and within the limits of the format', () => {
    const text = fc.uint16Array({ maxLength: 3000 }).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(text, text, (name, evidence) => {
        expectSafe(one({ secretName: name, secretArn: name, findings: [finding('fail', { evidence })] }));
      }),
      { numRuns: 200 },
    );
  });
});

/** https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html */
const REQUIRED = [
  'AwsAccountId',
  'CreatedAt',
  'Description',
  'GeneratorId',
  'Id',
  'ProductArn',
  'Resources',
  'SchemaVersion',
  'Severity',
  'Title',
  'Types',
  'UpdatedAt',
] as const;
const LARGEST_BYTES = 240 * 1024;

function expectSafe(finding: AwsSecurityFinding) {
  const { Title = '', Description = '', Id = '', Remediation, Resources = [] } = finding;
  for (const name of REQUIRED) expect(finding[name], name).toBeTruthy();
  expect(Buffer.byteLength(JSON.stringify(finding))).toBeLessThan(LARGEST_BYTES);
  const texts = [Title, Description, Id, Remediation?.Recommendation?.Text ?? ''];
  const limits = [256, 1024, 512, 512];
  for (const [index, text] of texts.entries()) {
    expect(text.length).toBeLessThanOrEqual(limits[index] ?? 0);
    expect(text).toMatch(/^[A-Za-z][^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u);
    expect(text.isWellFormed()).toBe(true);
  }
  expect(Resources[0]?.Id?.length).toBeLessThanOrEqual(512);
}
