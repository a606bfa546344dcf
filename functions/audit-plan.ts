import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESClient } from '@aws-sdk/client-ses';
import type { Context } from 'aws-lambda';
import { sesAccount } from './audit/facts/ses-account.ts';
import { planBatches } from './audit/plan.ts';
import { ReportBucket } from './audit/report-bucket.ts';
import { type AccountFacts, accountKey, parseRun, type Run } from './audit/run.ts';
import { SecretStore } from './credential/store.ts';
import { setting } from './environment.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { REPORT } from './observe/names.ts';

const store = new SecretStore(new SecretsManagerClient());
// Amazon SES takes one call a second of each of these, so a large account is throttled on the way.
const ses = new SESClient({ maxAttempts: 8 });
const bucket = new ReportBucket(setting('bucket'));

export interface Planned extends Run {
  readonly planKey: string;
  readonly batches: number;
}

/** First state of the audit: writes the plan, an array of batches, for the Distributed Map to read. */
export const handler = async (event: unknown, context: Context): Promise<Planned> => {
  beginInvocation(context);
  const { runId, startedAt } = parseRun(event);
  const account: AccountFacts = { ses: await sesAccount(ses, await ses.config.region()) };
  const batches = await planBatches(store.listManaged(), runId);
  const planKey = REPORT.plan(runId);
  await bucket.putJson(accountKey(runId), account);
  await bucket.putJson(planKey, batches);
  logger.info('audit.planned', { event: 'audit.planned', runId, result: 'planned', batches: batches.length });
  return { runId, startedAt, planKey, batches: batches.length };
};
