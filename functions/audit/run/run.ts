import * as v from 'valibot';
import type { CertificateFacts } from '../../net/certificate.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { KeyturnError } from '../../observe/shown.ts';
import type { Verdict } from '../../smtp/verdicts.ts';
import type { Outcome, Status } from '../check.ts';
import { acceptedRiskSchema } from '../settings.ts';

/**
 * How long (ms) a run holds its lease. The plan and each batch begin by acquiring it anew. None of them can go on for so
 * long (a function has 15 minutes), so nothing of a run is at work when its lease is over; and a run that was stopped by
 * hand holds up the next one for no longer.
 */
export const RUN_LEASE_MS = 20 * 60 * 1000;
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

/** What one check found about one credential; `check` is its id in the catalogue. */
export type Found = Outcome & { readonly check: string };

export type Finding = Found & {
  /** When an audit first found this failure or warning, which stands since; ISO 8601, null for all else. */
  readonly firstSeenAt: string | null;
};

export interface Examined {
  readonly kind: 'examined';
  readonly secretArn: string;
  readonly secretName: string;
  /** The tag `keyturn:owner`, which may be a mail address: it goes into no report and no log. */
  readonly owner: string | null;
  /** Of the version that carries AWSCURRENT. */
  readonly versionId: string | null;
  /** Null when the secret does not say where to log in. */
  readonly endpoint: Pick<Endpoint, 'host' | 'port' | 'security'> | null;
  /** Null when there was nothing to log in with. */
  readonly verdict: Verdict | null;
  /** The server's own, trusted or not; null when none was seen. Its names are the server's words, masked. */
  readonly certificate: CertificateFacts | null;
  readonly findings: readonly Finding[];
  /** Ids of the checks that failed or warned in the last audit and are neither that nor unknown now. */
  readonly resolved: readonly string[];
}

/** Why a credential was not examined. */
export const UNEXAMINED_REASONS = [
  'access-denied',
  'not-found',
  'not-managed',
  'deadline',
  'examine-failed',
  /** Its examination, alone, ended the process. */
  'crashed',
  /** Its batch wrote nothing. */
  'no-result',
] as const;

export type UnexaminedReason = (typeof UNEXAMINED_REASONS)[number];

export interface Unexamined {
  readonly kind: 'unexamined';
  readonly secretArn: string;
  readonly reason: UnexaminedReason;
  /** An error's name, never its message; null when the reason says it all. */
  readonly detail: string | null;
}

export type Examination = Examined | Unexamined;

/** What the examination of one batch writes to the report bucket. */
export interface BatchResult {
  readonly runId: string;
  readonly batch: number;
  readonly examinations: readonly Examination[];
}

export type Counts = Readonly<Record<Status, number>>;

export function countStatuses(findings: Iterable<{ readonly status: Status }>): Counts {
  const counts = { pass: 0, warn: 0, fail: 0, info: 0, unknown: 0, 'not-applicable': 0 };
  for (const { status } of findings) counts[status] += 1;
  return counts;
}
