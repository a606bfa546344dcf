import type { Context } from 'aws-lambda';
import { Aggregate } from './audit/report/aggregate.ts';
import { summarise } from './audit/report/report.ts';
import { announce, writePage, writeReport } from './audit/run/publish.ts';
import { Results } from './audit/run/results.ts';
import { type Counts, parseReportedRun, type ReportedRun } from './audit/run/run.ts';
import { auditLease, auditRuns, reportBucket } from './deployment.ts';
import { setting } from './environment.ts';
import { beginInvocation } from './observe/logger.ts';
import { metrics } from './observe/metrics.ts';
import { handles } from './observe/shown.ts';

export interface Reported {
  readonly runId: string;
  readonly reportKey: string;
  readonly score: number | null;
  readonly counts: Counts;
}

/** State of the audit with a `ReportedRun`, after all its batches. */
export const handler = handles(handle);

async function handle(event: unknown, context: Context): Promise<Reported> {
  beginInvocation(context);
  const run = parseReportedRun(event);
  try {
    return await report(run);
  } finally {
    await auditLease().release(run.runId);
  }
}

async function report({ batches, acceptedRisks, ...run }: ReportedRun): Promise<Reported> {
  const bucket = reportBucket();
  const trend = await auditRuns().before(run);
  const aggregate = new Aggregate(run, acceptedRisks);
  const results = new Results(bucket, { runId: run.runId, batches });
  const finishedAt = new Date().toISOString();
  const finished = await writeReport(bucket, aggregate, results, {
    finishedAt,
    trend,
    watched: setting('watched'),
  });
  const summary = summarise(finished);
  await writePage(bucket, finished, summary);
  await auditRuns().record(summary);
  announce(finished);
  metrics.publishStoredMetrics();
  const { runId, reportKey, score, counts } = summary;
  return { runId, reportKey, score, counts };
}
