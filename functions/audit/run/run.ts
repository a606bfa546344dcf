import * as v from 'valibot';
import { KeyturnError } from '../../observe/shown.ts';
import { acceptedRiskSchema } from '../settings.ts';

/**
 * How long (ms) a run holds its lease. The plan and each batch begin by acquiring it anew. None of them can go on for so
 * long (a function has 15 minutes), so nothing of a run is at work when its lease is over; and a run that was stopped by
 * hand holds up the next one for no longer.
 */
export const LEASE_MS = 20 * 60 * 1000;
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
