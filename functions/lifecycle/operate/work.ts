import type { Acquired, Lease } from '../../table/lease.ts';
import type { Operations } from '../../table/operations.ts';
import { isLook } from '../retire/look.ts';
import { type Operation, type Result, SUCCEEDED } from './operation.ts';
import type { OperationPorts } from './ports.ts';
import { type Ended, runOperation } from './run.ts';

/** Ended, but may go on when it is asked for again. */
const RESUMABLE: ReadonlySet<Result> = new Set(['error', 'out-of-time', 'busy']);
/** How often, and how long (ms) each time, it waits for the end of a look. */
const WAITS = 30;
const WAIT_MS = 1000;
/** A function that is stopped may still have a request under way (ms). */
const SETTLING_MS = 30_000;

/** Runs an operation that was asked for, alone on its secret. Once it has ended, asking again changes nothing. */
export async function work(
  ports: OperationPorts,
  operations: Operations,
  operation: Operation,
): Promise<Ended | 'ended-before'> {
  const { ledger, agenda, now, remainingMs } = ports;
  const { operationId, secretArn, who, reason, fix } = operation;
  if (await hasEnded(ports, operation)) return 'ended-before';
  const details = { who, operationId, operation: operation.operation, reason, fix };
  const lease = operations.leaseOn(secretArn);
  const heldUntil = now() + remainingMs() + SETTLING_MS;
  const acquired = await acquire(ports, lease, { operationId, heldUntil });
  if (acquired.kind === 'held') {
    const message = 'Another operation on this secret is under way. Ask again when it has ended.';
    await ledger.recordEvent(secretArn, 'operation.finished', now(), { ...details, result: 'busy', message });
    return { result: 'busy', message, issues: [] };
  }
  // Before it changes anything: whatever it leaves to retirement, or does not come to, is looked at then.
  await agenda.put(secretArn, { versionId: null, dueAt: heldUntil }, now());
  await ledger.recordEvent(secretArn, 'operation.started', now(), details);
  const ended = await runOperation(ports, operation);
  await lease.release(operationId);
  return ended;
}

/** A look of retirement takes a second or two, and ends by itself: nobody has to ask again because of it. */
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

async function hasEnded({ ledger }: OperationPorts, { secretArn, operationId }: Operation): Promise<boolean> {
  const events = await ledger.events(secretArn);
  const last = events.findLast((event) => event.operationId === operationId);
  return last?.event === 'operation.finished' && !RESUMABLE.has(last.result as Result);
}

/** For the log: an operation that failed is for a person to look at. */
export function hasSucceeded({ result }: Ended): boolean {
  return SUCCEEDED.has(result);
}
