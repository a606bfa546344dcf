import { marshall } from '@aws-sdk/util-dynamodb';
import { type DynamoDBClient, PutItemCommand } from '../aws/dynamodb.ts';
import { logger } from '../observe/logger.ts';
import { countMetric, countProvenLogin } from '../observe/metrics.ts';
import { REPORT } from '../observe/names.ts';
import { worries } from './report/aggregate.ts';
import { render } from './report/render.ts';
import type { Report, Summary } from './report/report.ts';
import type { ReportBucket } from './report-bucket.ts';

const DAY_SECONDS = 24 * 60 * 60;
/** As long as the reports themselves are kept by default. */
const RETENTION_DAYS = 400;

/** The report for machines, the page for people, and last of all the pointer that makes them the latest. */
export async function writeReport(bucket: ReportBucket, report: Report, summary: Summary): Promise<void> {
  await bucket.putJson(summary.reportKey, report);
  await bucket.putHtml(summary.pageKey, render(report));
  await bucket.putJson(REPORT.latest, summary);
}

/** One item a run: the history of scores. */
export async function recordRun(client: DynamoDBClient, table: string, summary: Summary): Promise<void> {
  const { worst: _worst, runId, ...fields } = summary;
  const expiresAt = Math.floor(Date.parse(summary.finishedAt) / 1000) + RETENTION_DAYS * DAY_SECONDS;
  const item = { pk: 'AUDIT', sk: runId, expiresAt, ...fields };
  await client.send(new PutItemCommand({ TableName: table, Item: marshall(item) }));
}

/** Log lines and metrics of a finished run. */
export function announce(report: Report): void {
  const { runId, startedAt, finishedAt, score, counts, credentials, unexamined } = report;
  for (const { secretArn, check, status, severity, evidence } of worries(report)) {
    const finding = { runId, secretArn, check, result: status, severity, evidence };
    logger.warn('audit.finding', { event: 'audit.finding', ...finding });
  }
  for (const { secretArn, reason, detail } of unexamined) {
    logger.warn('audit.unexamined', { event: 'audit.unexamined', runId, secretArn, result: reason, detail });
  }
  for (const { secretName, verdict } of credentials) if (verdict === 'valid') countProvenLogin(secretName);
  countMetric('auditCompleted');
  countMetric('auditFailures', counts.fail);
  countMetric('auditUnexamined', unexamined.length);
  logger.info('audit.completed', {
    event: 'audit.completed',
    runId,
    result: 'completed',
    score,
    counts,
    credentials: credentials.length,
    unexamined: unexamined.length,
    durationMs: Date.parse(finishedAt) - Date.parse(startedAt),
  });
}
