import { KeyturnError } from '../../observe/shown.ts';
import type { Acquired, Lease } from '../../table/lease.ts';
import type { Operations } from '../../table/operations.ts';
import { isLook } from '../retire/look.ts';
import { type Operation, type Result, SUCCEEDED } from './operation.ts';
import type { OperationPorts } from './ports.ts';
import { type Ended, runOperation, type Waiting } from './run.ts';

/** Ended, but may go on when it is asked for again. */
const RESUMABLE: ReadonlySet<Result> = new Set(['error', 'out-of-time', 'rotation-failed', 'busy']);
/** The last event of one that was begun, and neither ended nor asked for again. */
const GOES_ON: ReadonlySet<string> = new Set(['operation.waiting', 'operation.step', 'operation.started']);
/** How often, and how long (ms) each time, it waits for the end of a look. */
const WAITS = 40;
const WAIT_MS = 1000;
/** A function that is stopped may still have a request under way (ms). */
const SETTLING_MS = 30_000;
/**
 * So long (ms) after it could go on an operation that waits keeps the secret in hand: another one could undo what it has
 * done. When that is over, a look of retirement has it go on (retire/look.ts), if nobody did.
 */
const HOLD_MS = 15 * 60_000;

/** Works on an operation that was asked for, alone on its secret. Once it has ended, asking again changes nothing. */
export async function work(
  ports: OperationPorts,
  operations: Operations,
  operation: Operation,
): Promise<Ended | Waiting | 'ended-before'> {
  const { ledger, agenda, now, remainingMs } = ports;
  const { operationId, secretArn, who, reason, fix } = operation;
  const last = await lastEvent(ports, operation);
  if (last?.event === 'operation.finished' && !RESUMABLE.has(last.result as Result)) return 'ended-before';
  const details = { who, operationId, operation: operation.operation, reason, fix };
  const lease = operations.leaseOn(secretArn);
  const heldUntil = now() + remainingMs() + SETTLING_MS;
  const acquired = await acquire(ports, lease, { operationId, heldUntil });
  // Lambda invokes it again, twice: one that has waited is asked about by nobody, perhaps.
  if (acquired.kind === 'held' && isLook(acquired.holder))
    throw new KeyturnError('a look of retirement has the secret in hand; try again');
  if (acquired.kind === 'held') {
    const message = `Operation ${acquired.holder} on this secret is under way. Ask again when it has ended.`;
    await ledger.recordEvent(secretArn, 'operation.finished', now(), { ...details, result: 'busy', message });
    return { kind: 'ended', result: 'busy', message, issues: [] };
  }
  // Before it changes anything: whatever it leaves to retirement, or does not come to, is looked at then.
  await agenda.put(secretArn, { versionId: null, dueAt: heldUntil }, now());
  if (!last || !GOES_ON.has(last.event))
    await ledger.recordEvent(secretArn, 'operation.started', now(), details);
  const outcome = await runOperation(ports, operation);
  if (outcome.kind === 'ended') await lease.release(operationId);
  else await hold(ports, lease, { operationId, secretArn, until: outcome.until + HOLD_MS });
  return outcome;
}

/** When that time is over, a look has it go on, if nobody else did. */
async function hold(
  { agenda, now }: OperationPorts,
  lease: Lease,
  held: { readonly operationId: string; readonly secretArn: string; readonly until: number },
): Promise<void> {
  await lease.acquire(held.operationId, held.until, now());
  await agenda.put(held.secretArn, { versionId: null, dueAt: held.until }, now());
}

/** A look of retirement ends by itself, soon, also when its process has died: nobody has to ask again because of it. */
async function acquire(
  { now, sleep }: OperationPorts,
  lease: Lease,
  { operationId, heldUntil }: { readonly operationId: string; readonly heldUntil: number },
): Promise<Acquired> {
  for (let waits = 0; ; waits += 1) {
    const acquired = await lease.acquire(operationId, heldUntil, now());
    if (acquired.kind === 'acquired' || !isLook(acquired.holder) || waits === WAITS) return acquired;
    await sleep(WAIT_MS);
  }
}

async function lastEvent({ ledger }: OperationPorts, { secretArn, operationId }: Operation) {
  const events = await ledger.events(secretArn);
  return events.findLast((event) => event.operationId === operationId);
}

/** For the log: an operation that failed is for a person to look at. */
export function hasSucceeded({ result }: Ended): boolean {
  return SUCCEEDED.has(result);
}
