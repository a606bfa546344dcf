import type { Context } from 'aws-lambda';
import { invokeLater } from './aws/lambda.ts';
import { type Apart, answersFor, isApart } from './bulkhead.ts';
import { attemptLogin, ledger, operations, providerFor, secretStore } from './deployment.ts';
import { setting } from './environment.ts';
import { overdueSince } from './lifecycle/overdue.ts';
import type { Done } from './lifecycle/retirable.ts';
import {
  type RetirementOutcome,
  type RetirementPorts,
  retireReplaced,
} from './lifecycle/retire/retirement.ts';
import { newPassword } from './lifecycle/rotate/password.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { countMetric, metrics } from './observe/metrics.ts';
import { handles, shown, shownText } from './observe/shown.ts';
import type { ManagedSecret } from './secrets/store.ts';
import { OutOfTime } from './validation/login-queue.ts';

const HOUR_MS = 60 * 60 * 1000;

/** What the retirement of every secret has in common. */
type Ports = Omit<RetirementPorts, 'login'>;

function shared(): Ports {
  return {
    store: secretStore(),
    ledger: ledger(),
    providerFor,
    newPassword,
    isHeld: (secretArn) => operations().leaseOn(secretArn).isHeld(Date.now()),
    now: Date.now,
    overlapMs: setting('overlapHours') * HOUR_MS,
    soakMs: setting('soakHours') * HOUR_MS,
  };
}

/** Secrets that share a process, as long as none of them ends it. */
const TOGETHER = 20;
const TOGETHER_MS = 4 * 60_000;
const ALONE_MS = 2 * 60_000;
/** Those that share a process, and then each alone in two turns (bulkhead.ts). */
const LONGEST_MS = TOGETHER_MS + 2 * ALONE_MS;

/** Of one secret with `{ secretId }`, of all managed ones with `{}`, or of those that come after the first `after`. */
interface Wanted {
  readonly secretId?: string;
  readonly after?: number;
}

/**
 * Retires replaced credentials: for an operator, or on a schedule with `{}`. By itself: those of a few secrets, in a process
 * of their own. Resolves to what became of them; a run that has no time left goes on in a next one, which nobody waits for.
 */
export const handler = handles(handle);

async function handle(event: Wanted | Apart, context: Context): Promise<RetirementOutcome[]> {
  beginInvocation(context);
  try {
    if (isApart(event)) return await retireHere(event.apart.secretIds, halfWayTo(event.apart.answerBy));
    return event.secretId ? await retireApart([event.secretId], context) : await retireAll(event, context);
  } finally {
    metrics.publishStoredMetrics();
  }
}

async function retireAll({ after = 0 }: Wanted, context: Context): Promise<RetirementOutcome[]> {
  const outcomes: RetirementOutcome[] = [];
  for await (const secretIds of managedArns(after)) {
    outcomes.push(...(await retireApart(secretIds, context)));
    if (context.getRemainingTimeInMillis() > LONGEST_MS || secretIds.length < TOGETHER) continue;
    if (await goesOn(context.invokedFunctionArn, after + outcomes.length)) break;
  }
  return outcomes;
}

/** In a next invocation, unless Lambda does not take it. */
function goesOn(functionArn: string, after: number): Promise<boolean> {
  return invokeLater(functionArn, { after } satisfies Wanted).then(
    () => true,
    (error) => {
      const event = 'retirement.not-continued';
      logger.warn(event, { event, error: shown(error).name });
      return false;
    },
  );
}

/** A few at a time. */
async function* managedArns(after: number): AsyncGenerator<readonly string[]> {
  let passed = 0;
  let waiting: string[] = [];
  for await (const { arn, schedule } of secretStore().listManaged()) {
    passed += 1;
    if (passed <= after) continue;
    watchSchedule(arn, schedule);
    waiting.push(arn);
    if (waiting.length < TOGETHER) continue;
    yield waiting;
    waiting = [];
  }
  if (waiting.length > 0) yield waiting;
}

function retireApart(secretIds: readonly string[], context: Context): Promise<RetirementOutcome[]> {
  const endsAt = Date.now() + context.getRemainingTimeInMillis();
  return answersFor<RetirementOutcome>(secretIds, {
    functionArn: context.invokedFunctionArn,
    togetherBy: Math.min(Date.now() + TOGETHER_MS, endsAt),
    aloneBy: () => Math.min(Date.now() + ALONE_MS, endsAt),
    here: () => retireHere(secretIds),
    crashed,
    failed: (secretId, error) => recorded(hadNoProcess(secretId, error)),
  });
}

/** A turn that came too late comes in the next run, and nothing has failed. */
function hadNoProcess(secretArn: string, error: unknown): RetirementOutcome {
  return error instanceof OutOfTime
    ? { kind: 'no-time', secretArn, retirements: [] }
    : failure(secretArn, error);
}

/** Half of the time is for the one that was begun last. */
function halfWayTo(answerBy: number): number {
  return (Date.now() + answerBy) / 2;
}

/** In their order; none of them but the first begins later than `beginBy` (milliseconds since 1970). */
async function retireHere(
  secretIds: readonly string[],
  beginBy = Number.POSITIVE_INFINITY,
): Promise<RetirementOutcome[]> {
  const outcomes: RetirementOutcome[] = [];
  for (const secretId of secretIds) {
    if (outcomes.length > 0 && Date.now() > beginBy) break;
    outcomes.push(await retireOne(secretId));
  }
  return outcomes;
}

/** A rotation that does not happen emits nothing, so somebody else has to miss it. */
function watchSchedule(secretArn: string, schedule: ManagedSecret['schedule']): void {
  const since = overdueSince(schedule, Date.now());
  if (since === null) return;
  const dueAt = new Date(since).toISOString();
  logger.error('credential.rotation-overdue', { event: 'credential.rotation-overdue', secretArn, dueAt });
  countMetric('rotationOverdue');
}

/** One secret's trouble must not keep the others from their turn; it is alarmed by its metric. */
async function retireOne(secretId: string): Promise<RetirementOutcome> {
  const startedAt = Date.now();
  const login: RetirementPorts['login'] = (credential, budgetMs) =>
    attemptLogin({ credential, secretArn: secretId, budgetMs, meantToFail: true });
  const outcome = await retireReplaced({ ...shared(), login }, secretId).catch((error: unknown) =>
    failure(secretId, error),
  );
  return recorded(outcome, Date.now() - startedAt);
}

/** The others go on, and the one that ended its process is told of: it cannot do that itself. */
function crashed(secretArn: string, error: string): RetirementOutcome {
  return recorded({ kind: 'failed', secretArn, reason: 'crashed', message: error });
}

function recorded(outcome: RetirementOutcome, durationMs = 0): RetirementOutcome {
  record(outcome, durationMs);
  return outcome;
}

function failure(secretArn: string, error: unknown): RetirementOutcome {
  return { kind: 'failed', secretArn, reason: 'aws-error', message: shownText(error) };
}

function record(outcome: RetirementOutcome, durationMs: number): void {
  const { kind, secretArn } = outcome;
  if (kind === 'failed') recordFailure(outcome, durationMs);
  if (kind === 'held' || kind === 'stale-read' || kind === 'no-time') {
    const event = 'credential.retirement-put-off';
    logger.info(event, { event, secretArn, result: kind, durationMs });
  }
  if ('retirements' in outcome) recordRetirements(secretArn, outcome.retirements, durationMs);
}

function recordFailure(
  { secretArn, reason, message }: Extract<RetirementOutcome, { kind: 'failed' }>,
  durationMs: number,
): void {
  logger.error('credential.retirement-failed', {
    secretArn,
    detail: message,
    event: 'credential.retirement-failed',
    result: reason,
    durationMs,
  });
  countMetric('retirementFailed');
}

function recordRetirements(secretArn: string, retirements: readonly Done[], durationMs: number): void {
  for (const { id, action, ...why } of retirements) {
    logger.info('credential.retired', {
      event: 'credential.retired',
      secretArn,
      credentialId: id,
      result: action,
      ...why,
      durationMs,
    });
    if (action === 'remove') countMetric('retired');
    if (action === 'reactivate' || ('reason' in why && why.reason === 'in-use'))
      countMetric('replacedStillUsed');
  }
}
