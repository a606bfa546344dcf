import { logger } from '../../observe/logger.ts';
import { countMetric, countProvenLogin, measure } from '../../observe/metrics.ts';
import { REPORT } from '../../observe/names.ts';
import type { Aggregate } from '../report/aggregate.ts';
import { worriesOf } from '../report/credential-report.ts';
import { type CredentialPage, CredentialPages, render } from '../report/page/pages.ts';
import type { AuditSummary, CredentialReport, Report } from '../report/report.ts';
import type { ReportBucket } from './report-bucket.ts';
import type { Results } from './results.ts';
import type { Unexamined } from './run.ts';

interface Watched {
  /** Marks (observe/names.ts) of the secrets whose proven logins an alarm waits for. */
  readonly watched: ReadonlySet<string>;
}

/**
 * Writes report.json in pieces: all credentials, all that was not examined, and last what is known only then. Each of them
 * is added to the aggregate and told in the log as it passes, so that none has to be kept. Resolves to the report of what
 * the aggregate holds. `finishedAt` in ISO 8601; `trend` of the runs before.
 */
export async function writeReport(
  bucket: ReportBucket,
  aggregate: Aggregate,
  results: Results,
  { finishedAt, trend, watched }: Pick<Report, 'finishedAt' | 'trend'> & Watched,
): Promise<Report> {
  async function* pieces() {
    yield* credentialPieces(bucket, aggregate, results, watched);
    const { credentials: _written, unexamined: _too, ...rest } = aggregate.report(finishedAt, trend);
    yield `],\n${JSON.stringify(rest).slice(1)}`;
  }
  await bucket.putStream(REPORT.json(aggregate.run.runId), 'application/json', pieces());
  return aggregate.report(finishedAt, trend);
}

async function* credentialPieces(
  bucket: ReportBucket,
  aggregate: Aggregate,
  results: Results,
  watched: Watched['watched'],
): AsyncGenerator<string> {
  const { runId } = aggregate.run;
  const pages = new CredentialPages(aggregate.run);
  yield '{"credentials":[';
  let separator = '\n';
  for await (const examined of results.examined()) {
    const credential = aggregate.addExamined(examined);
    announceCredential(runId, credential, watched);
    await putPage(bucket, runId, pages.add(credential));
    yield separator + JSON.stringify(credential);
    separator = ',\n';
  }
  await putPage(bucket, runId, pages.end());
  yield '],\n"unexamined":[';
  separator = '\n';
  for await (const one of results.unexamined()) {
    aggregate.addUnexamined(one);
    announceUnexamined(runId, one);
    yield separator + JSON.stringify(one);
    separator = ',\n';
  }
}

async function putPage(bucket: ReportBucket, runId: string, page: CredentialPage | null): Promise<void> {
  if (page) await bucket.putHtml(REPORT.credentials(runId, page.number), page.html);
}

/** The page for people, and last of all the pointer that makes this report the latest, unless a later run has its own. */
export async function writePage(bucket: ReportBucket, report: Report, summary: AuditSummary): Promise<void> {
  await bucket.putHtml(summary.pageKey, render(report));
  await bucket.putJson(REPORT.summary(summary.runId), summary);
  const latest = await bucket.getJson<AuditSummary>(REPORT.latest);
  // A run that is redriven late hides no newer one.
  if (!latest || latest.startedAt <= summary.startedAt) await bucket.putJson(REPORT.latest, summary);
}

/** Log lines of one credential: what counts, not what is accepted. */
function announceCredential(runId: string, credential: CredentialReport, watched: Watched['watched']): void {
  for (const { secretArn, check, status, severity, evidence, firstSeenAt } of worriesOf(credential)) {
    const finding = { runId, secretArn, check, result: status, severity, evidence, firstSeenAt };
    logger.warn('audit.finding', { event: 'audit.finding', ...finding });
  }
  if (credential.certificate) measure('certDaysLeft', credential.certificate.daysLeft);
  if (credential.verdict === 'valid') countProvenLogin(credential.secretName, watched);
}

function announceUnexamined(runId: string, { secretArn, reason, detail }: Unexamined): void {
  logger.warn('audit.unexamined', { event: 'audit.unexamined', runId, secretArn, result: reason, detail });
}

/** The log line and metrics of a finished run. */
export function announce({ runId, startedAt, finishedAt, score, counts, accepted, totals }: Report): void {
  countMetric('auditCompleted');
  countMetric('auditFailures', counts.fail);
  countMetric('auditUnexamined', totals.unexamined);
  if (score !== null) measure('auditScore', score);
  logger.info('audit.completed', {
    event: 'audit.completed',
    runId,
    result: 'completed',
    score,
    counts,
    accepted,
    credentials: totals.examined,
    unexamined: totals.unexamined,
    durationMs: Date.parse(finishedAt) - Date.parse(startedAt),
  });
}
