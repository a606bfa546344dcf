import type { Context } from 'aws-lambda';
import { writePlan } from './audit/run/plan.ts';
import { parseRun, RUN_LEASE_MS, type Run } from './audit/run/run.ts';
import { accountReaders, auditLease, reportBucket, secretStore } from './deployment.ts';
import { setting } from './environment.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { REPORT } from './observe/names.ts';
import { handles } from './observe/shown.ts';

/** For all that is read around the credentials (ms): the plan has 15 minutes, and the secrets to compare afterwards. */
const ACCOUNT_MS = 5 * 60_000;
/** `already-running`: this run ends here, and `heldBy` is the run that goes on. */
export type Planned =
  | (Run & { readonly outcome: 'planned'; readonly planKey: string; readonly batches: number })
  | (Run & { readonly outcome: 'already-running'; readonly heldBy: string });

/** First state of the audit: takes the lease, and writes the plan, one batch a line, for the Distributed Map to read. */
export const handler = handles(handle);

async function handle(event: unknown, context: Context): Promise<Planned> {
  beginInvocation(context);
  const run = parseRun(event);
  const lease = auditLease();
  const leased = await lease.acquire(run.runId, Date.now() + RUN_LEASE_MS, Date.now());
  if (leased.kind === 'held') {
    const { holder: heldBy } = leased;
    logger.info('audit.skipped', {
      event: 'audit.skipped',
      runId: run.runId,
      result: 'already-running',
      heldBy,
    });
    return { ...run, outcome: 'already-running', heldBy };
  }
  try {
    return await plan(run, context);
  } catch (error) {
    await lease.release(run.runId);
    throw error;
  }
}

async function plan(run: Run, context: Context): Promise<Planned> {
  const { runId } = run;
  const ports = {
    store: secretStore(),
    bucket: reportBucket(),
    readers: accountReaders(ACCOUNT_MS),
    stack: setting('stack'),
    table: setting('table'),
    now: Date.now,
    remainingMs: () => context.getRemainingTimeInMillis(),
  };
  const batches = await writePlan(ports, runId);
  logger.info('audit.planned', { event: 'audit.planned', runId, result: 'planned', batches });
  return { ...run, outcome: 'planned', planKey: REPORT.plan(runId), batches };
}
