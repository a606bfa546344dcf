import * as v from 'valibot';
import type { SesFacts } from './facts/ses.ts';

/** One audit: `runId` is the name of the Step Functions execution and part of each key in the report bucket. */
export interface Run {
  readonly runId: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** Facts of the whole AWS account, read once by the plan and shared by all batches. */
export interface AccountFacts {
  readonly ses: SesFacts;
}

/** One item of the plan, and the event of one examination. */
export interface Batch {
  readonly runId: string;
  readonly batch: number;
  readonly secretArns: readonly string[];
  /** Where the account's facts are: a copy in each of thousands of batches would outgrow Step Functions. */
  readonly accountKey: string;
}

const runId = v.pipe(v.string(), v.regex(/^\w[\w.-]{0,79}$/, 'the name of an execution'));

const runSchema = v.object({ runId, startedAt: v.pipe(v.string(), v.isoTimestamp()) });

const batchSchema = v.object({
  runId,
  batch: v.pipe(v.number(), v.integer(), v.minValue(0)),
  secretArns: v.array(v.string()),
  accountKey: v.string(),
});

/** Throws on a malformed event: the state machine is broken, not a credential. */
export function parseRun(event: unknown): Run {
  return v.parse(runSchema, event);
}

/** Throws on a malformed event: the state machine is broken, not a credential. */
export function parseBatch(event: unknown): Batch {
  return v.parse(batchSchema, event);
}

export function accountKey(id: string): string {
  return `audits/${id}/account.json`;
}
