import { REPORT } from '../observe/names.ts';
import { concurrently } from './concurrently.ts';
import type { BatchResult, Examination } from './examined.ts';
import type { ReportBucket } from './report-bucket.ts';
import type { Batch } from './run.ts';

const CONCURRENCY = 10;

/** What the batches of a run wrote; the credentials of a batch that wrote nothing are unexamined, not forgotten. */
export async function readExaminations(bucket: ReportBucket, runId: string): Promise<Examination[]> {
  const planKey = REPORT.plan(runId);
  const batches = await bucket.getJson<readonly Batch[]>(planKey);
  if (!batches) throw new Error(`expected the plan of this run at ${planKey}, found nothing`);
  const results = await concurrently(batches, CONCURRENCY, async ({ batch, secretArns }) => {
    const result = await bucket.getJson<BatchResult>(REPORT.result(runId, batch));
    return result?.examinations ?? secretArns.map(withoutResult);
  });
  return results.flat();
}

function withoutResult(secretArn: string): Examination {
  return { kind: 'unexamined', secretArn, reason: 'no-result', detail: null };
}
