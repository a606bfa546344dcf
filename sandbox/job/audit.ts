import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { worries } from '../../functions/audit/report/credential-report.ts';
import type { Report } from '../../functions/audit/report/report.ts';
import { REPORT } from '../../functions/observe/names.ts';
import type { Progress } from '../progress.ts';
import { KEEP, type Sandbox } from '../sandbox.ts';
import type { JobResult } from './job.ts';

const POLL_MS = 250;
const LIMIT_MS = 60_000;

/** Starts a state machine and waits for its end; resolves to the execution's name. Rejects unless it SUCCEEDED. */
export async function runStateMachine(
  client: SFNClient,
  stateMachineArn: string,
  input: object = {},
): Promise<string> {
  const name = `sandbox-${Date.now()}`;
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  for (const deadline = Date.now() + LIMIT_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const { status, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'SUCCEEDED') return name;
    if (status !== 'RUNNING') throw new Error(`${stateMachineArn} ended as ${status}: ${error} ${cause}`);
  }
  throw new Error(`${stateMachineArn} did not end within ${LIMIT_MS / 1000} s`);
}

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

async function readObject({ clients, outputs }: Sandbox, Key: string): Promise<string> {
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: outputs.ReportBucketName, Key }));
  return (await Body?.transformToString()) ?? '';
}

const HEADER = ['status', 'severity', 'credential', 'check', 'evidence'];

/** The failures and warnings of a report, worst first, as a table with one line each. */
function findingLines(report: Report): string[] {
  const rows = worries(report).map(({ status, severity, secretName, check, evidence }) => [
    status,
    severity,
    secretName,
    check,
    evidence,
  ]);
  const table = [HEADER, ...rows];
  const widths = HEADER.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const last = HEADER.length - 1;
  return table.map((row) =>
    row.map((cell, column) => (column < last ? cell.padEnd(widths[column] ?? 0) : cell)).join('  '),
  );
}
