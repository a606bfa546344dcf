import pLimit from 'p-limit';
import { REPORT } from '../../observe/names.ts';
import { KeyturnError } from '../../observe/shown.ts';
import type { ReportBucket } from './report-bucket.ts';
import type {
  AuditBatch,
  BatchResult,
  Ended,
  Examination,
  Examined,
  Unexamined,
  UnexaminedReason,
} from './run.ts';

/** Results that are fetched at once, or ahead of the one in hand; each is about half a megabyte. */
const AT_ONCE = 8;

/** What was written there; undefined when that is nothing, or cannot be read as a result and so must be made again. */
export async function readResult(bucket: ReportBucket, key: string): Promise<BatchResult | undefined> {
  try {
    const result = await bucket.getJson<BatchResult>(key);
    return Array.isArray(result?.examinations) ? result : undefined;
  } catch (error) {
    // Not JSON. Where S3 did not answer nobody knows what is there, and that is no result to go on with.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What the batches of a run wrote, read in a stream: first the examined, then the rest. */
export class Results {
  readonly #bucket: ReportBucket;
  readonly #runId: string;
  readonly #batches: number;
  /** Batches with credentials that were not examined, and batches that wrote nothing. */
  readonly #partial: number[] = [];
  readonly #missing = new Set<number>();

  constructor(
    bucket: ReportBucket,
    { runId, batches }: { readonly runId: string; readonly batches: number },
  ) {
    this.#bucket = bucket;
    this.#runId = runId;
    this.#batches = batches;
  }

  /** In the order of the plan. */
  async *examined(): AsyncGenerator<Examined> {
    const ahead: Promise<BatchResult | undefined>[] = [];
    for (let batch = 0; batch < this.#batches; batch += 1) {
      while (ahead.length < AT_ONCE && batch + ahead.length < this.#batches) {
        const next = readResult(this.#bucket, REPORT.result(this.#runId, batch + ahead.length));
        // It is awaited in its turn; one that fails before would be an unhandled rejection and end the process.
        next.catch(() => {});
        ahead.push(next);
      }
      const result = await ahead.shift();
      if (!result) this.#missing.add(batch);
      yield* this.#examinedIn(batch, result);
    }
  }

  /** After `examined()` has come to its end; the credentials of a batch that wrote nothing are not forgotten. */
  async *unexamined(): AsyncGenerator<Unexamined> {
    for (const batch of this.#partial) {
      const result = await readResult(this.#bucket, REPORT.result(this.#runId, batch));
      for (const one of result?.examinations ?? []) if (one.kind === 'unexamined') yield one;
    }
    if (this.#missing.size > 0) yield* this.#withoutResult();
  }

  *#examinedIn(batch: number, result: BatchResult | undefined): Generator<Examined> {
    let partial = false;
    for (const one of result?.examinations ?? []) {
      if (one.kind === 'examined') yield one;
      else partial = true;
    }
    if (partial) this.#partial.push(batch);
  }

  async *#withoutResult(): AsyncGenerator<Unexamined> {
    const planKey = REPORT.plan(this.#runId);
    const lines = await this.#bucket.getLines(planKey);
    if (!lines) throw new KeyturnError(`expected the plan of this run at ${planKey}, found nothing`);
    for await (const line of lines) {
      const { batch, secretArns } = JSON.parse(line) as AuditBatch;
      if (!this.#missing.has(batch)) continue;
      for (const secretArn of secretArns) {
        yield { kind: 'unexamined', secretArn, reason: 'no-result', detail: null };
      }
    }
  }
}

/**
 * What is there of a batch whose secrets were examined one by one, since together they ended their process: the examination
 * of each, or why there is none.
 */
export function examinedAlone(
  bucket: ReportBucket,
  { runId, batch, secretArns }: AuditBatch,
  alone: readonly Ended[],
): Promise<readonly Examination[]> {
  return pLimit(AT_ONCE).map(secretArns, async (secretArn, at) => {
    const result = await readResult(bucket, REPORT.resultOfOne(runId, batch, at));
    return result?.examinations[0] ?? lost(secretArn, alone[at]?.error ?? null);
  });
}

function lost(secretArn: string, error: string | null): Unexamined {
  return { kind: 'unexamined', secretArn, reason: lostBy(error), detail: error };
}

/**
 * Lambda's and Step Functions' own names have a dot in them, the names of our errors have none.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function lostBy(error: string | null): UnexaminedReason {
  if (error === null) return 'no-result';
  if (/^(Runtime|Sandbox)\.|^Lambda\.Unknown$|^States\.(Timeout|HeartbeatTimeout)$/.test(error))
    return 'crashed';
  return error.includes('.') ? 'no-result' : 'examine-failed';
}
