import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { examineSecrets } from './audit/examine.ts';
import { type BatchResult, type Counts, countStatuses } from './audit/examined.ts';
import { ReportBucket } from './audit/report-bucket.ts';
import { type AccountFacts, parseBatch } from './audit/run.ts';
import { proveCredential } from './budget/deployed.ts';
import { SecretStore } from './credential/store.ts';
import { network } from './deployed-network.ts';
import { setting } from './environment.ts';
import type { Ledger } from './ledger/ledger.ts';
import { ledger } from './ledger/table.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { REPORT } from './observe/names.ts';

/** Kept back from the function's remaining time (ms) to write the results down. */
const RESERVE_MS = 10_000;

const store = new SecretStore(new SecretsManagerClient());
const iam = new IAMClient();
const bucket = new ReportBucket(setting('bucket'));
const policy = { rotationDays: setting('rotationDays'), overlapHours: setting('overlapHours') };

export interface BatchExamined {
  readonly batch: number;
  readonly examined: number;
  readonly findings: Counts;
}

/** One batch of the audit: examines its credentials and writes their findings; the same batch again overwrites them. */
export const handler = async (event: unknown, context: Context): Promise<BatchExamined> => {
  beginInvocation(context);
  const { runId, batch, secretArns, accountKey } = parseBatch(event);
  const account = await bucket.getJson<AccountFacts>(accountKey);
  if (!account) throw new Error(`expected the account's facts at ${accountKey}, found nothing`);
  const remainingMs = () => context.getRemainingTimeInMillis() - RESERVE_MS;
  const { ses } = account;
  const prove = proveCredential;
  const record: Ledger['recordValidation'] = (validated) => ledger.recordValidation(validated);
  const sources = { store, iam, ses, policy, network, prove, record, now: Date.now, remainingMs };
  const result: BatchResult = { runId, batch, examinations: await examineSecrets(secretArns, sources) };
  await bucket.putJson(REPORT.result(runId, batch), result);
  const examined = result.examinations.filter((examination) => examination.kind === 'examined');
  const findings = countStatuses(examined.flatMap((examination) => examination.findings));
  logger.info('audit.batch', { event: 'audit.batch', runId, batch, result: 'examined', findings });
  return { batch, examined: examined.length, findings };
};
