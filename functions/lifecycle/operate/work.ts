import type { Operations } from '../../table/operations.ts';
import { type Operation, type Result, SUCCEEDED } from './operation.ts';
import type { OperationPorts } from './ports.ts';
import { type Ended, runOperation } from './run.ts';

/** Ended, but may go on when it is asked for again. */
const RESUMABLE: ReadonlySet<Result> = new Set(['error', 'out-of-time', 'busy']);
/** A function that is stopped may still have a request under way (ms). */
const SETTLING_MS = 30_000;

/** Runs an operation that was asked for, alone on its secret. Once it has ended, asking again changes nothing. */
export async function work(
  ports: OperationPorts,
  operations: Operations,
  operation: Operation,
): Promise<Ended | 'ended-before'> {
  const { ledger, now, remainingMs } = ports;
  const { operationId, secretArn, who, reason, fix } = operation;
  if (await hasEnded(ports, operation)) return 'ended-before';
  const details = { who, operationId, operation: operation.operation, reason, fix };
  const lease = operations.leaseOn(secretArn);
  const acquired = await lease.acquire(operationId, now() + remainingMs() + SETTLING_MS, now());
  if (acquired.kind === 'held') {
    const message = 'Another operation on this secret is under way. Ask again when it has ended.';
    await ledger.recordEvent(secretArn, 'operation.finished', now(), { ...details, result: 'busy', message });
    return { result: 'busy', message, issues: [] };
  }
  await ledger.recordEvent(secretArn, 'operation.started', now(), details);
  const ended = await runOperation(ports, operation);
  await lease.release(operationId);
  return ended;
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
