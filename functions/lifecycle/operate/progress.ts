import type { LedgerEvent, Operation } from '../../table/items.ts';
import { STEPS } from '../rotate/guard.ts';
import type { Plan, Progress, Started } from './decision.ts';

/**
 * What an operation has done, by the ledger and by the present run. A login proves what was true then: each run makes it
 * anew. All else that was done stays done.
 */
export function progressOf(
  { operationId }: Operation,
  events: readonly LedgerEvent[],
  run: ReadonlyMap<string, string>,
): Progress {
  const own = events.filter((event) => event.operationId === operationId);
  const steps = own.filter(({ event }) => event === 'operation.step');
  const earlier = steps
    .map(({ step, result }): [string, string] => [String(step), String(result)])
    .filter(([step]) => !step.startsWith('test:'));
  const plan = steps.find(({ step }) => step === 'plan')?.plan ?? null;
  return { plan: plan as Plan | null, rotation: startedIn(own), done: new Map([...earlier, ...run]) };
}

/** Asked for again, it starts its rotation again: under the same token, which takes the same one up. */
function startedIn(own: readonly LedgerEvent[]): Started | null {
  const asked = own.findLastIndex(({ event }) => event === 'operation.requested');
  const start = own.findLastIndex(({ step }) => step === 'start-rotation');
  const started = start > asked ? own[start] : undefined;
  if (!started) return null;
  const last = own.slice(start).findLast(({ step }) => STEPS.some((known) => known === step));
  const failed = last?.result === 'failed' ? { step: String(last.step), detail: String(last.detail) } : null;
  return { at: started.at, failed };
}
