import { auditPicture } from '../../cli/picture/audit.ts';
import { Digests } from '../../functions/audit/notify/digests.ts';
import { asffFindings } from '../../functions/audit/notify/security-hub.ts';
import { AcceptedRisks, credentialReport } from '../../functions/audit/report/credential-report.ts';
import type { AuditSummary } from '../../functions/audit/report/report.ts';
import { ReportBucket } from '../../functions/audit/run/report-bucket.ts';
import { Results } from '../../functions/audit/run/results.ts';
import { REPORT } from '../../functions/observe/names.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** What the latest audit would tell Security Hub, an owner of all credentials, and a terminal: as text by output. */
export async function everythingTold({ clients, cloud, outputs }: Sandbox): Promise<Record<string, string>> {
  const { region } = cloud.account;
  const bucket = new ReportBucket(clients.s3, outputs.ReportBucketName);
  const summary = await bucket.getJson<AuditSummary>(REPORT.latest);
  if (!summary) throw new Error('expected a finished audit, found none');
  const { runId, startedAt } = summary;
  const context = { partition: 'aws', region, accountId: cloud.accountId, runId, at: startedAt };
  const digests = new Digests();
  const findings: unknown[] = [];
  const mails: unknown[] = [];
  for await (const examined of new Results(bucket, {
    runId,
    batches: await batchesOf(bucket, runId),
  }).examined()) {
    const report = credentialReport(examined, new AcceptedRisks([], startedAt));
    findings.push(...asffFindings(report, [], context));
    digests.add(report, 'owner@example.com');
  }
  await digests.send(
    startedAt,
    async () => true,
    async (_to, mail) => void mails.push(mail),
  );
  return {
    securityHub: JSON.stringify(findings),
    digests: JSON.stringify(mails),
    terminal: auditPicture(summary, 80, (_style, text) => text),
  };
}

async function batchesOf(bucket: ReportBucket, runId: string): Promise<number> {
  let batches = 0;
  for await (const line of (await bucket.getLines(REPORT.plan(runId))) ?? []) if (line) batches += 1;
  return batches;
}
