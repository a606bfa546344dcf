import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import type { Waits } from '../../../../../functions/lifecycle/retirable.ts';
import type { Step } from '../../../../../functions/lifecycle/rotate/step-decision.ts';
import { STUCK_AFTER_MS } from '../../../../../functions/lifecycle/stuck.ts';
import { Lab, type MakeSubject } from './lab.ts';
import type { Scenario } from './scenarios.ts';
import { converges, type Explored, note } from './schedules.ts';

/** One of the processes that run at once. */
interface Process {
  /** What each of its calls came to, in their order: all that it knows. */
  readonly seen: string[];
  /** Its calls that wait for their turn. */
  readonly waiting: (() => void)[];
}

/** Which process goes next where both can, by all that tells one moment from another; null: no further. */
type Decide = (state: string) => number | null;

/** Runs two processes one I/O call at a time. Resolves to what came of each; null when `decide` broke it off. */
async function runInTurns(
  lab: Lab,
  works: readonly (() => Promise<unknown>)[],
  decide: Decide,
): Promise<PromiseSettledResult<unknown>[] | null> {
  const context = new AsyncLocalStorage<Process>();
  const processes = works.map((): Process => ({ seen: [], waiting: [] }));
  const inTurn = async <T>(act: () => Promise<T>): Promise<T> => {
    const process = context.getStore();
    if (!process) return act();
    await new Promise<void>((resolve) => process.waiting.push(resolve));
    try {
      const result = await act();
      process.seen.push(JSON.stringify(result) ?? '');
      return result;
    } catch (error) {
      process.seen.push(String(error));
      throw error;
    }
  };
  lab.faults.inTurn = inTurn;
  const ended = Promise.allSettled(works.map((work, at) => context.run(processes[at] as Process, work)));
  for (;;) {
    // By then whoever went on waits again, for a turn or for the other calls of its own, or has ended.
    await setImmediate();
    const ready = processes.flatMap(({ waiting }, at) => (waiting.length > 0 ? [at] : []));
    if (ready.length === 0) break;
    const state = [processes.map(({ seen }) => seen), worldOf(lab)].join('|');
    const next = ready.length === 1 ? ready[0] : decide(state);
    if (next === null) return null;
    processes[next ?? 0]?.waiting.shift()?.();
  }
  lab.faults.inTurn = (act) => act();
  return ended;
}

function worldOf(lab: Lab): string {
  const versions = lab.secrets.find(lab.arn).versions();
  const works = ['AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING'].map((label) => lab.works(label));
  return JSON.stringify([lab.now, versions, lab.subject.standing(), works, lab.ledger.contents()]);
}

/** What goes on at once: a step, and beside it the same again or a look of retirement. */
export interface Meeting {
  readonly step: Step;
  readonly beside: 'itself' | 'a look';
  readonly waits: Waits;
}

/**
 * Every order of the I/O calls of both. Two orders after which the world is the same, and each process has seen the same, go
 * on in the same way, so only one of them is followed. Then the rotation goes on.
 */
export async function interleave(
  makeSubject: MakeSubject,
  scenario: Scenario,
  meeting: Meeting,
  explored: Explored,
): Promise<void> {
  const known = new Set<string>();
  const open: number[][] = [[]];
  for (let choices = open.pop(); choices; choices = open.pop()) {
    const lab = new Lab(makeSubject);
    lab.waits = meeting.waits;
    await scenario.prepare(lab);
    lab.watch.isConcurrent = true;
    // The step itself gives back what it is too late to store.
    if (meeting.beside === 'a look') lab.watch.underWayUntil = lab.now + STUCK_AFTER_MS;
    const path: number[] = [];
    const decide: Decide = (state) => {
      const decided = choices[path.length];
      if (decided === undefined) {
        if (known.has(state)) return null;
        known.add(state);
        open.push([...path, 1]);
      }
      path.push(decided ?? 0);
      return path.at(-1) ?? 0;
    };
    const token = lab.newToken();
    const isWhole = await meet(lab, token, meeting, decide);
    if (isWhole) {
      await converges(lab, token);
      note(lab, explored, `${scenario.name}, ${meeting.step} beside ${meeting.beside}: ${path.join('')}`);
    }
  }
}

/** False: broken off. What Secrets Manager hears is what came of the first. */
async function meet(lab: Lab, token: string, { step, beside }: Meeting, decide: Decide): Promise<boolean> {
  const { handler } = lab;
  let isWhole = true;
  lab.handler = async (ports, event) => {
    if (event.step !== step) return handler(ports, event);
    lab.handler = handler;
    const deliver = () => handler(lab.ports(), event);
    const other = beside === 'itself' ? deliver : () => lab.look();
    const outcomes = await runInTurns(lab, [deliver, other], decide);
    isWhole = outcomes !== null;
    const [first] = outcomes ?? [];
    if (first?.status !== 'fulfilled') throw first?.reason ?? new Error('broken off');
    return first.value;
  };
  await lab.rotate(token);
  lab.handler = handler;
  return isWhole;
}
