import type { Plan } from '../lifecycle/operate/decision.ts';
import { incidentTimeline } from '../lifecycle/operate/incident.ts';
import { type Operation, type Result, SUCCEEDED } from '../lifecycle/operate/operation.ts';
import type { LedgerEvent } from '../table/items.ts';
import type { OperationAnswer } from './operation-answer.ts';

/** Longer (ms) no function runs; an operation that has not said anything since then has died. */
const LONGEST_RUN_MS = 20 * 60_000;

/** How an operation stands, by the events of its secret, oldest first. `now` in milliseconds since 1970. */
export function operationState(
  operation: Operation,
  events: readonly LedgerEvent[],
  now: number,
): OperationAnswer {
  const own = events.filter(({ operationId }) => operationId === operation.operationId);
  const last = own.at(-1);
  const ended = last?.event === 'operation.finished' ? last : undefined;
  const { operationId, operation: name, secretArn, fix, endpoint, reason, who, requestedAt } = operation;
  return {
    operationId,
    operation: name,
    secretArn,
    fix,
    // Operations that were asked for before there were endpoints have none.
    endpoint: endpoint ?? null,
    reason,
    caller: who,
    requestedAt: new Date(requestedAt).toISOString(),
    state: stateOf(own, now),
    result: (ended?.result as Result | undefined) ?? null,
    message: ended ? String(ended.message) : null,
    steps: own.filter(({ event }) => event === 'operation.step').map(stepOf),
    issues: (ended?.issues as OperationAnswer['issues'] | undefined) ?? [],
    timeline: name === 'compromised' ? timelineOf(own, events) : [],
  };
}

function stateOf(own: readonly LedgerEvent[], now: number): OperationAnswer['state'] {
  const last = own.at(-1);
  if (last?.event === 'operation.finished') {
    return SUCCEEDED.has(last.result as Result) ? 'succeeded' : 'failed';
  }
  if (last && now - last.at > LONGEST_RUN_MS) return 'abandoned';
  return own.some(({ event }) => event === 'operation.started') ? 'running' : 'requested';
}

function stepOf({ at, step, result, durationMs }: LedgerEvent): OperationAnswer['steps'][number] {
  return {
    at: new Date(at).toISOString(),
    step: String(step),
    result: String(result),
    durationMs: Number(durationMs),
  };
}

function timelineOf(own: readonly LedgerEvent[], events: readonly LedgerEvent[]) {
  const plan = own.find(({ step }) => step === 'plan')?.plan as Plan | undefined;
  return incidentTimeline(plan?.suspects ?? [], plan ? events : own);
}
