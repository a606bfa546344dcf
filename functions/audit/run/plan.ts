import type { ManagedSecret } from '../../secrets/store.ts';
import { longUnread } from '../facts/stale-secrets.ts';
import { accountKey, type Batch } from './run.ts';

/**
 * One invocation has 15 minutes, and the credentials of one mail host are examined one after the other (host-turns.ts): 20
 * of them that all time out still fit.
 */
const BATCH_SIZE = 20;

type Listed = Pick<ManagedSecret, 'arn' | 'createdAt' | 'lastAccessedAt'>;

/**
 * Cuts the managed secrets into batches as they are listed, page by page; holds one batch at a time. `now` in milliseconds
 * since 1970.
 */
export async function* planBatches(
  secrets: AsyncIterable<Listed>,
  runId: string,
  now: number,
): AsyncGenerator<Batch> {
  let batch = 0;
  let waiting: Listed[] = [];
  for await (const secret of secrets) {
    waiting.push(secret);
    if (waiting.length < BATCH_SIZE) continue;
    yield batchOf(waiting, runId, batch, now);
    batch += 1;
    waiting = [];
  }
  if (waiting.length > 0) yield batchOf(waiting, runId, batch, now);
}

function batchOf(secrets: readonly Listed[], runId: string, batch: number, now: number): Batch {
  const secretArns = secrets.map(({ arn }) => arn);
  return { runId, batch, secretArns, unread: longUnread(secrets, now), accountKey: accountKey(runId) };
}
