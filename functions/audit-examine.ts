import type { Context } from 'aws-lambda';
import { gather, known } from './audit/check.ts';
import { examineSecrets } from './audit/run/examine.ts';
import { examinedAlone, readResult } from './audit/run/results.ts';
import {
  type AuditBatch,
  type BatchResult,
  type Counts,
  countStatuses,
  type Examination,
  parseBatch,
  RUN_LEASE_MS,
} from './audit/run/run.ts';
import type { SharedFacts } from './audit/subjects/account.ts';
import { auditLease, auditSources, reportBucket } from './deployment.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { REPORT } from './observe/names.ts';
import { handles, KeyturnError } from './observe/shown.ts';

/** Kept back from the function's remaining time (ms) to write the results down. */
const RESERVE_MS = 10_000;

export interface BatchExamined {
  readonly batch: number;
  readonly examined: number;
  readonly findings: Counts;
}

/**
 * One batch of the audit: examines its credentials and writes their findings; or one of them, alone; or puts together what is
 * there of each. What has its result is not examined again, so that a run may be tried again or redriven from any state.
 */
export const handler = handles(handle);

async function handle(event: unknown, context: Context): Promise<BatchExamined> {
  beginInvocation(context);
  const planned = parseBatch(event);
  const { runId, batch, at } = planned;
  const bucket = reportBucket();
  const key = at === undefined ? REPORT.result(runId, batch) : REPORT.resultOfOne(runId, batch, at);
  const earlier = await readResult(bucket, key);
  const examinations = earlier?.examinations ?? (await examinationsOf(planned, context));
  if (!earlier) await bucket.putCompressed(key, { runId, batch, examinations } satisfies BatchResult);
  const examined = examinations.filter((examination) => examination.kind === 'examined');
  const findings = countStatuses(examined.flatMap((examination) => examination.findings));
  const result = earlier ? 'examined-before' : 'examined';
  logger.info('audit.batch', { event: 'audit.batch', runId, batch, at, result, findings });
  return { batch, examined: examined.length, findings };
}

async function examinationsOf(planned: AuditBatch, context: Context): Promise<readonly Examination[]> {
  await goOnAlone(planned.runId);
  return planned.alone ? examinedAlone(reportBucket(), planned, planned.alone) : examine(planned, context);
}

/** Rejects when another audit is at work: this one was stopped, and redriven when the next had begun. */
async function goOnAlone(runId: string): Promise<void> {
  // While DynamoDB cannot be reached there is no login that another run could mind: it keeps the login budget, too.
  const leased = await gather(() => auditLease().acquire(runId, Date.now() + RUN_LEASE_MS, Date.now()));
  if (leased.known && leased.value.kind === 'held')
    throw new KeyturnError(`expected no other audit at work, found ${leased.value.holder}`);
}

async function examine({ runId, secretArns, unread }: AuditBatch, context: Context): Promise<Examination[]> {
  const key = REPORT.account(runId);
  const shared = await reportBucket().getJson<SharedFacts>(key);
  if (!shared) throw new KeyturnError(`expected the account's facts at ${key}, found nothing`);
  const account = { ...shared, unread: known(unread) };
  const remainingMs = () => context.getRemainingTimeInMillis() - RESERVE_MS;
  return await examineSecrets(secretArns, auditSources(runId, account, remainingMs));
}
