import type { AccountReaders } from '../../aws.ts';
import { REPORT } from '../../observe/names.ts';
import type { ManagedSecret } from '../../secrets/description.ts';
import type { SecretStore } from '../../secrets/store.ts';
import { known } from '../check.ts';
import { gatherAccount } from '../facts/gather.ts';
import { ValueComparison } from '../facts/value-comparison.ts';
import { longUnread, type SharedFacts } from '../subjects/account.ts';
import type { ReportBucket } from './report-bucket.ts';
import type { AuditBatch } from './run.ts';

/**
 * One invocation has 15 minutes, and the credentials of one mail host are examined one after the other (`HostTurns`): 20
 * of them that all time out still fit.
 */
const BATCH_SIZE = 20;

/** Kept back (ms) from the comparison of values, to write the plan down. */
const RESERVE_MS = 45_000;

export interface PlanPorts {
  readonly store: SecretStore;
  readonly bucket: ReportBucket;
  readonly readers: AccountReaders;
  /** The names of the stack and of its table. */
  readonly stack: string;
  readonly table: string;
  readonly now: () => number;
  readonly remainingMs: () => number;
}

/** Writes what is to be examined, one batch a line, and what is known of the account. Resolves to how many batches there are. */
export async function writePlan(ports: PlanPorts, runId: string): Promise<number> {
  const { store, bucket, readers, stack, table, remainingMs } = ports;
  const values = new ValueComparison(store, () => remainingMs() > RESERVE_MS);
  const now = ports.now();
  const region = await readers.ses.config.region();
  const around = await gatherAccount({ clients: readers, region, stack, table, values, now });
  let batches = 0;
  async function* lines() {
    for await (const batch of planBatches(values.reading(store.listManaged()), runId, now)) {
      batches += 1;
      yield `${JSON.stringify(batch)}\n`;
    }
  }
  await bucket.putStream(REPORT.plan(runId), 'application/jsonl', lines());
  const account: SharedFacts = { ...around, values: known(values.result()) };
  await bucket.putJson(REPORT.account(runId), account);
  return batches;
}

type Listed = Pick<ManagedSecret, 'arn' | 'createdAt' | 'lastAccessedAt'>;

/**
 * Cuts the managed secrets into batches as they are listed, page by page; holds one batch at a time. `now` in milliseconds
 * since 1970.
 */
export async function* planBatches(
  secrets: AsyncIterable<Listed>,
  id: string,
  now: number,
): AsyncGenerator<AuditBatch> {
  let batch = 0;
  let waiting: Listed[] = [];
  for await (const secret of secrets) {
    waiting.push(secret);
    if (waiting.length < BATCH_SIZE) continue;
    yield batchOf(waiting, id, batch, now);
    batch += 1;
    waiting = [];
  }
  if (waiting.length > 0) yield batchOf(waiting, id, batch, now);
}

function batchOf(secrets: readonly Listed[], id: string, batch: number, now: number): AuditBatch {
  return { runId: id, batch, secretArns: secrets.map(({ arn }) => arn), unread: longUnread(secrets, now) };
}
