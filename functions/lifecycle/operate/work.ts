import { KeyturnError } from '../../observe/shown.ts';
import type { Operation } from '../../table/items.ts';
import type { Acquired, Lease } from '../../table/lease.ts';
import type { Operations } from '../../table/ledger.ts';
import { isLook } from '../retire/look.ts';
import { type OperationPorts, type Result, SUCCEEDED } from './operation.ts';
import { type Ended, runOperation, type Waiting } from './run.ts';

/** Ended, but may go on when it is asked for again. */
const RESUMABLE: ReadonlySet<Result> = new Set(['error', 'out-of-time', 'rotation-failed', 'busy']);
/** The last of these says whether it has begun. */
const TURNS: ReadonlySet<string> = new Set([
  'operation.requested',
  'operation.started',
  'operation.finished',
]);
/** A look takes its lease anew, or ends, while it is asked whether this may come next. */
const TRIES = 3;
/** A function that is stopped may still have a request under way (ms). */
const FUNCTION_END_MS = 30_000;
/**
 * So long (ms) after it could go on an operation that waits keeps the secret in hand: another one could undo what it has
 * done. When that is over, a look of retirement has it go on (retire/look.ts), if nobody did.
 */
export const HOLD_MS = 15 * 60_000;

/** Works on an operation that was asked for, alone on its secret if it may change anything. Once it has ended, asking again changes nothing. */
export async function work(
  ports: OperationPorts,
  operations: Operations,
  operation: Operation,
): Promise<Ended | Waiting | 'ended-before'> {
  const { ledger, agenda, now, remainingMs } = ports;
  const { operationId, secretArn, who, reason, fix } = operation;
  const last = await lastTurn(ports, operation);
  const lease = operations.leaseOn(secretArn);
  if (last?.event === 'operation.finished' && !RESUMABLE.has(last.result as Result)) {
    // It may have died before it could.
    await lease.release(operationId);
    return 'ended-before';
  }
  const details = { who, operationId, operation: operation.operation, reason, fix };
  const begin = async () => {
    if (last?.event !== 'operation.started')
      await ledger.recordEvent(secretArn, 'operation.started', now(), details);
    return runOperation(ports, operation);
  };
  // It changes nothing, so it need not be alone: it is asked for most while something else is under way.
  if (operation.operation === 'doctor' && !fix) return begin();
  const heldUntil = now() + remainingMs() + FUNCTION_END_MS;
  const acquired = await acquire(ports, lease, { ...operation, heldUntil });
  if (acquired.kind === 'waiting') return acquired;
  if (acquired.kind === 'held') {
    const message = `Operation ${acquired.holder} on this secret is under way. Ask again when it has ended.`;
    await ledger.recordEvent(secretArn, 'operation.finished', now(), { ...details, result: 'busy', message });
    return { kind: 'ended', result: 'busy', message, issues: [] };
  }
  // Before it changes anything: whatever it leaves to retirement, or does not come to, is looked at then.
  await agenda.put(secretArn, { versionId: null, dueAt: heldUntil }, now());
  const outcome = await begin();
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

/** A look stops when somebody comes next, and has that go on; if it has died, who asks or the next look does. */
async function acquire(
  { ledger, agenda, now }: OperationPorts,
  lease: Lease,
  { operationId, secretArn, who, heldUntil }: Operation & { readonly heldUntil: number },
): Promise<Acquired | Waiting> {
  for (let tries = 1; ; tries += 1) {
    const acquired = await lease.acquire(operationId, heldUntil, now());
    if (acquired.kind === 'acquired' || !isLook(acquired.holder)) return acquired;
    // Lambda invokes it again, twice: perhaps nobody asks about it.
    if (tries > TRIES) throw new KeyturnError('retirement has the secret in hand; try again');
    const until = acquired.heldUntil;
    if (until <= now()) continue;
    // First: whoever has it go on may be quick.
    await ledger.recordEvent(secretArn, 'operation.waiting', now(), {
      who,
      operationId,
      until,
      message: LOOK,
    });
    await agenda.put(secretArn, { versionId: null, dueAt: until }, now());
    if (await lease.comeNext(operationId, acquired)) return { kind: 'waiting', until };
  }
}

const LOOK = 'Waits for retirement, which is looking at this secret.';

async function lastTurn({ ledger }: OperationPorts, { secretArn, operationId }: Operation) {
  const events = await ledger.events(secretArn);
  return events.findLast((one) => one.operationId === operationId && TURNS.has(one.event));
}

/** For the log: an operation that failed is for a person to look at. */
export function hasSucceeded({ result }: Ended): boolean {
  return SUCCEEDED.has(result);
}
