import * as v from 'valibot';
import { KeyturnError } from '../../observe/shown.ts';
import type { ManagedSecret } from '../../secrets/description.ts';
import { acceptedRiskSchema } from '../settings.ts';
import { longUnread } from '../subjects/account.ts';

/**
 * How long (ms) a run holds its lease. The plan and each batch begin by acquiring it anew. None of them can go on for so
 * long (a function has 15 minutes), so nothing of a run is at work when its lease is over; and a run that was stopped by
 * hand holds up the next one for no longer.
 */
export const LEASE_MS = 20 * 60 * 1000;
/**
 * One invocation has 15 minutes, and the credentials of one mail host are examined one after the other (`HostTurns`): 20
 * of them that all time out still fit.
 */
const BATCH_SIZE = 20;

const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.readonly());
const place = v.pipe(v.number(), v.integer(), v.minValue(0));

/** As the path of the API has it too. */
export const runId = v.pipe(v.string(), v.regex(/^\w[\w.-]{0,79}$/, 'the name of an execution'));

const run = v.object({
  /** The name of the Step Functions execution, and part of each key in the report bucket. */
  runId,
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
});

const ended = v.object({
  /** Why an invocation failed, in the words of Step Functions. */
  error: v.optional(v.string()),
});

const auditBatch = v.object({
  runId,
  batch: place,
  secretArns: list(v.string()),
  /** Those of them that nobody has read for long. */
  unread: v.record(v.string(), v.nullable(v.number())),
  /** The one secret is examined alone, since its batch ended its process: where it stands there, from 0 on. */
  at: v.optional(place),
  /** Each was examined alone: an empty object, or why there is no result of that one. Nothing is left to examine. */
  alone: v.optional(list(ended)),
});

const reportedRun = v.object({
  ...run.entries,
  batches: place,
  /** From the configuration, in the definition of the state machine. */
  acceptedRisks: list(acceptedRiskSchema),
});

/** One audit. */
export type Run = Readonly<v.InferOutput<typeof run>>;
export type Ended = Readonly<v.InferOutput<typeof ended>>;
/** One item of the plan, and the event of one examination. */
export type AuditBatch = Readonly<v.InferOutput<typeof auditBatch>>;
/** What the report is made from. */
export type ReportedRun = Readonly<v.InferOutput<typeof reportedRun>>;

/** Throws on a malformed event: the state machine is broken, not a credential. */
export const parseRun = (event: unknown): Run => parsed(run, event);
export const parseBatch = (event: unknown): AuditBatch => parsed(auditBatch, event);
export const parseReportedRun = (event: unknown): ReportedRun => parsed(reportedRun, event);

function parsed<T>(schema: v.GenericSchema<unknown, T>, event: unknown): T {
  const result = v.safeParse(schema, event, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new KeyturnError(
    `malformed event: expected ${issue.expected ?? issue.type} at ${v.getDotPath(issue) ?? 'its root'}`,
  );
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
