import * as v from 'valibot';
import { KeyturnError } from '../../observe/shown.ts';
import { type AcceptedRisk, acceptedRiskSchema } from '../accepted-risks.ts';
import type { UnreadSecrets } from '../facts/account.ts';

/** One audit: `runId` is the name of the Step Functions execution and part of each key in the report bucket. */
export interface Run {
  readonly runId: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** One item of the plan, and the event of one examination. */
export interface Batch {
  readonly runId: string;
  readonly batch: number;
  readonly secretArns: readonly string[];
  /** Those of them that nobody has read for long. */
  readonly unread: UnreadSecrets;
  /** Where the account's facts are: a copy in each of thousands of batches would outgrow Step Functions. */
  readonly accountKey: string;
  /** The one secret is examined alone, since its batch ended its process: where it stands there, from 0 on. */
  readonly at?: number | undefined;
  /** Each was examined alone: an empty object, or why there is no result of that one. Nothing is left to examine. */
  readonly alone?: readonly Ended[] | undefined;
}

/** `error`: why an invocation failed, in the words of Step Functions. */
export interface Ended {
  readonly error?: string | undefined;
}

/**
 * How long (ms) a run holds its lease. The plan and each batch begin by acquiring it anew. None of them can go on for so
 * long (a function has 15 minutes), so nothing of a run is at work when its lease is over; and a run that was stopped by
 * hand holds up the next one for no longer.
 */
export const LEASE_MS = 20 * 60 * 1000;

/** As the path of the API has it too. */
export const runId = v.pipe(v.string(), v.regex(/^\w[\w.-]{0,79}$/, 'the name of an execution'));

const runSchema = v.object({ runId, startedAt: v.pipe(v.string(), v.isoTimestamp()) });

const place = v.pipe(v.number(), v.integer(), v.minValue(0));

const batchSchema = v.object({
  runId,
  batch: place,
  secretArns: v.array(v.string()),
  unread: v.record(v.string(), v.nullable(v.number())),
  accountKey: v.string(),
  at: v.optional(place),
  alone: v.optional(v.array(v.object({ error: v.optional(v.string()) }))),
});

/** What the report is made from; the accepted risks come with the state machine, from the configuration. */
export interface ReportedRun extends Run {
  readonly batches: number;
  readonly acceptedRisks: readonly AcceptedRisk[];
}

const reportedRunSchema = v.object({
  ...runSchema.entries,
  batches: place,
  acceptedRisks: v.array(acceptedRiskSchema),
});

/** Throws on a malformed event: the state machine is broken, not a credential. */
export function parseRun(event: unknown): Run {
  return parsed(runSchema, event);
}

/** Throws on a malformed event: the state machine is broken, not a credential. */
export function parseBatch(event: unknown): Batch {
  return parsed(batchSchema, event);
}

/** Throws on a malformed event: the state machine is broken, not a credential. */
export function parseReportedRun(event: unknown): ReportedRun {
  return parsed(reportedRunSchema, event);
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, event: unknown): T {
  const result = v.safeParse(schema, event, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new KeyturnError(
    `malformed event: expected ${issue.expected ?? issue.type} at ${v.getDotPath(issue) ?? 'its root'}`,
  );
}

export function accountKey(id: string): string {
  return `audits/${id}/account.json`;
}
