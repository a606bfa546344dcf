import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { AwsClient } from 'aws4fetch';
import type { Report } from '../../functions/audit/report/report.ts';
import { endsIn, exchange, outcomeOf } from '../../functions/net/http.ts';
import { send } from '../../functions/net/send.ts';
import { REPORT } from '../../functions/observe/names.ts';
import type { Progress } from '../progress.ts';
import { KEEP, type Sandbox } from '../sandbox.ts';
import { findingLines } from './findings.ts';
import type { JobResult } from './job.ts';

const LIMIT_MS = 60_000;
/** A report on ten thousand credentials. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Prints what the job left behind: the findings, the log as CloudWatch has it, and where the report is. */
export async function showResult(
  sandbox: Sandbox,
  { auditRunId, log }: JobResult,
  progress: Progress,
): Promise<void> {
  const report = JSON.parse(await readObject(sandbox, REPORT.json(auditRunId))) as Report;
  const page = join(KEEP, 'report.html');
  await writeFile(page, await readObject(sandbox, REPORT.html(auditRunId)));
  progress.heading('Findings of the audit');
  for (const line of findingLines(report)) progress.line(line);
  progress.heading('Outcomes as they stand in CloudWatch Logs (the findings are logged too)');
  for (const { raw, fields } of log) if (fields.event !== 'audit.finding') progress.line(raw);
  progress.heading(`All done in ${progress.elapsed()}`);
  const { pass, warn, fail } = report.counts;
  progress.line(`Score ${report.score} of 100: ${pass} passed, ${warn} warnings, ${fail} failures.`);
  progress.line(`Report: ${relative(process.cwd(), page)}`);
}

async function readObject({ cloud, outputs }: Sandbox, key: string): Promise<string> {
  const { endpoint, region, credentials } = cloud.account;
  const client = new AwsClient({ ...credentials, region, service: 's3' });
  const request = await client.sign(`${endpoint}/${outputs.ReportBucketName}/${key}`);
  const answer = await exchange(send, request, {}, { signal: endsIn(LIMIT_MS), mostBytes: MOST_BYTES });
  if (answer.kind !== 'answered' || answer.status !== 200)
    throw new Error(`GET ${key}: expected 200, got ${outcomeOf(answer)}`);
  return answer.body.toString();
}
