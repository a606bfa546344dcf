import { REPORT } from '../../observe/names.ts';
import { concurrently } from './concurrently.ts';
import type { Examination, Unexamined, UnexaminedReason } from './examined.ts';
import type { ReportBucket } from './report-bucket.ts';
import { readResult } from './results.ts';
import type { Batch, Ended } from './run.ts';

const AT_ONCE = 8;

/**
 * The result of a batch whose secrets were examined one by one, since together they ended their process: what is there of
 * each, and of the others why there is nothing.
 */
export function joined(
  bucket: ReportBucket,
  { runId, batch, secretArns }: Batch,
  alone: readonly Ended[],
): Promise<readonly Examination[]> {
  return concurrently([...secretArns.entries()], AT_ONCE, async ([at, secretArn]) => {
    const result = await readResult(bucket, REPORT.resultOfOne(runId, batch, at));
    return result?.examinations[0] ?? lost(secretArn, alone[at]?.error ?? null);
  });
}

function lost(secretArn: string, error: string | null): Unexamined {
  return { kind: 'unexamined', secretArn, reason: reasonOf(error), detail: error };
}

/**
 * Lambda's and Step Functions' own names have a dot in them, the names of our errors have none.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function reasonOf(error: string | null): UnexaminedReason {
  if (error === null) return 'no-result';
  if (/^(Runtime|Sandbox)\.|^Lambda\.Unknown$|^States\.(Timeout|HeartbeatTimeout)$/.test(error))
    return 'crashed';
  return error.includes('.') ? 'no-result' : 'examine-failed';
}
