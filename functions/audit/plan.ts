import { accountKey, type Batch } from './run.ts';

const BATCH_SIZE = 20;

/** Cuts the managed secrets into batches as they are listed, page by page. */
export async function planBatches(
  secrets: AsyncIterable<{ readonly arn: string }>,
  runId: string,
): Promise<Batch[]> {
  const batches: Batch[] = [];
  let secretArns: string[] = [];
  for await (const { arn } of secrets) {
    if (secretArns.length === 0) {
      batches.push({ runId, batch: batches.length, secretArns, accountKey: accountKey(runId) });
    }
    secretArns.push(arn);
    if (secretArns.length === BATCH_SIZE) secretArns = [];
  }
  return batches;
}
