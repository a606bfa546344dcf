import { logger } from '../../observe/logger.ts';
import { countMetric } from '../../observe/metrics.ts';
import { TOLD_AGAIN_HOURS } from '../../observe/names.ts';
import type { Agenda } from '../../table/agenda.ts';
import type { AgendaItem } from '../../table/items.ts';
import type { Lease } from '../../table/lease.ts';
import type { Done } from '../retirable.ts';
import { earliest, failure, type RetirementOutcome, type Seen } from './retirement.ts';

const MINUTE_MS = 60_000;
/** What failed is looked at again after so long (ms), and so is what ended the process of its look. */
const AFTER_FAILURE_MS = 60 * MINUTE_MS;
/** What an operation has in hand, or what changed while it was read, is settled by then (ms). */
const PUT_OFF_MS = 5 * MINUTE_MS;
/** In hours; alarms look back twice as long. */
const TOLD_AGAIN_MS = TOLD_AGAIN_HOURS * 60 * MINUTE_MS;
/** So long (ms) a look has the secret to itself; it takes it anew before each thing that it does, none of which takes as long. */
const LOOK_LEASE_MS = 30_000;

/** Who holds the lease of a secret: an operation by its id, or a look. */
const LOOK = 'look:';

export function isLook(holder: string): boolean {
  return holder.startsWith(LOOK);
}

export interface LookPorts {
  readonly agenda: Pick<Agenda, 'begin' | 'put' | 'settle'>;
  /** That of the operations: two could undo each other. */
  readonly leaseOn: (secretArn: string) => Pick<Lease, 'acquire' | 'release' | 'left'>;
  /** Has an operation go on. */
  readonly goOn: (operationId: string) => Promise<void>;
  /** `keepsLease`: asked before anything is done, whether the secret is still this look's alone. */
  readonly retire: (secretArn: string, keepsLease: () => Promise<boolean>) => Promise<RetirementOutcome>;
  /** Never repeats itself, over all processes. */
  readonly newId: () => string;
  readonly now: () => number;
}

/**
 * Looks at one secret if it is due: no other look and no operation has it meanwhile. A look that ends its process leaves
 * it due an hour later, so that it costs nobody else their turn. Null when it was not due any more.
 */
export async function lookIfDue(ports: LookPorts, secretArn: string): Promise<RetirementOutcome | null> {
  const { agenda, newId, now } = ports;
  const look = LOOK + newId();
  const begun = await agenda.begin(secretArn, look, now() + AFTER_FAILURE_MS, now());
  if (!begun) return null;
  const outcome = await lookAlone(ports, secretArn, look).catch((error: unknown) =>
    failure(secretArn, error),
  );
  await agenda.settle(secretArn, look, next(outcome, now()), now());
  return outcome;
}

/** For an operator: whatever its date. */
export async function lookNow(ports: LookPorts, secretArn: string): Promise<RetirementOutcome> {
  const { agenda, now } = ports;
  await agenda.put(secretArn, { versionId: null, dueAt: now() }, now());
  return (await lookIfDue(ports, secretArn)) ?? held(secretArn);
}

async function lookAlone(
  { leaseOn, goOn, retire, now }: LookPorts,
  secretArn: string,
  look: string,
): Promise<RetirementOutcome> {
  const lease = leaseOn(secretArn);
  const left = await lease.left(now());
  // Whoever worked on it, or was to have it go on, has died; it waits for the end of this look. If it cannot be had go on,
  // its lease stays as it is, so that the next look finds it again.
  if (left !== null && !isLook(left)) await goOn(left);
  const acquire = async () => (await lease.acquire(look, now() + LOOK_LEASE_MS, now())).kind === 'acquired';
  if (!(await acquire())) return held(secretArn);
  const outcome = await retire(secretArn, acquire).catch((error: unknown) => failure(secretArn, error));
  const next = await lease.release(look);
  if (next !== null) await goOn(next);
  return outcome;
}

function held(secretArn: string): RetirementOutcome {
  return { kind: 'held', secretArn, retirements: [] };
}

/** What the agenda says of a secret after a look. */
function next(outcome: RetirementOutcome, now: number): Omit<AgendaItem, 'look'> {
  const versionId = outcome.seen?.versionId ?? null;
  switch (outcome.kind) {
    case 'retired':
      return {
        versionId,
        dueAt: earliest(outcome.nextLookAt, toldAgain(outcome, now), rotationDue(outcome.seen, now)),
      };
    case 'nothing-to-retire':
      return { versionId, dueAt: rotationDue(outcome.seen, now) };
    case 'held':
    case 'stale-read':
      return { versionId: null, dueAt: now + PUT_OFF_MS };
    case 'failed':
      return { versionId: null, dueAt: isGone(outcome) ? null : now + AFTER_FAILURE_MS };
  }
}

/** An alarm waits for the metric of a replaced credential that is still used: it has to be told again before that clears. */
function toldAgain(
  { retirements }: Extract<RetirementOutcome, { kind: 'retired' }>,
  now: number,
): number | null {
  const isUsed = retirements.some(
    (one) => one.action === 'reactivate' || (one.action === 'wait' && one.reason === 'in-use'),
  );
  return isUsed ? now + TOLD_AGAIN_MS : null;
}

/** A rotation that does not happen emits nothing, so that a look has to miss it; one that is missed is told again, too. */
function rotationDue(seen: Seen | undefined, now: number): number | null {
  const { overdueFrom = null } = seen ?? {};
  if (overdueFrom === null) return null;
  return overdueFrom < now ? now + TOLD_AGAIN_MS : overdueFrom + 1;
}

/** If it comes back, the sweep finds it. */
function isGone({ reason }: Extract<RetirementOutcome, { kind: 'failed' }>): boolean {
  return reason === 'not-found' || reason === 'not-managed';
}

/** Tells the log and the metrics what a look came to; alarms wait for those. */
export function recorded(outcome: RetirementOutcome, durationMs = 0): RetirementOutcome {
  const { kind, secretArn, seen } = outcome;
  if (seen) recordOverdue(secretArn, seen);
  if (kind === 'failed') recordFailure(outcome, durationMs);
  if (kind === 'held' || kind === 'stale-read') {
    const event = 'credential.retirement-put-off';
    logger.info(event, { event, secretArn, result: kind, durationMs });
  }
  if ('retirements' in outcome) recordRetirements(secretArn, outcome.retirements, durationMs);
  return outcome;
}

function recordOverdue(secretArn: string, { overdueFrom }: Seen): void {
  if (overdueFrom === null || Date.now() <= overdueFrom) return;
  const event = 'credential.rotation-overdue';
  logger.error(event, { event, secretArn, dueAt: new Date(overdueFrom).toISOString() });
  countMetric('rotationOverdue');
}

function recordFailure(
  { secretArn, reason, message }: Extract<RetirementOutcome, { kind: 'failed' }>,
  durationMs: number,
): void {
  const event = 'credential.retirement-failed';
  logger.error(event, { secretArn, detail: message, event, result: reason, durationMs });
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
