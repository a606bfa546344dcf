import type { LedgerEvent } from '../../table/items.ts';
import type { Plan, Progress } from './decision.ts';
import type { Operation } from './operation.ts';

/**
 * What an operation has done, by the ledger and by the present run. A login proves what was true then: each run makes it
 * anew. All else that was done stays done.
 */
export function progressOf(
  { operationId }: Operation,
  events: readonly LedgerEvent[],
  run: ReadonlyMap<string, string>,
): Progress {
  const own = events.filter((event) => event.event === 'operation.step' && event.operationId === operationId);
  const earlier = own
    .map(({ step, result }): [string, string] => [String(step), String(result)])
    .filter(([step]) => !step.startsWith('test:'));
  const plan = own.find(({ step }) => step === 'plan')?.plan ?? null;
  return { plan: plan as Plan | null, done: new Map([...earlier, ...run]) };
}
