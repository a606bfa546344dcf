import type { RotationResult } from '../../../../support/aws/rotation.ts';
import { type Disturbance, disturb, disturbances, nameOf } from './disturbances.ts';
import { type Handler, HOUR_MS, type Implementation, Lab, type MakeSubject, MINUTE_MS } from './lab.ts';
import { retireDays, rotate, type Scenario } from './scenarios.ts';

/** What is done after the fault. */
export const RECOVERIES = [
  'same token at once',
  'step delivered again',
  'same token later',
  'new token when healed',
  'new token by hand',
] as const;
export type Recovery = (typeof RECOVERIES)[number];

export interface Schedule {
  readonly scenario: Scenario;
  /** One after the other, each in an operation of its own. */
  readonly disturbances: readonly Disturbance[];
  readonly recovery: Recovery;
  /** How far reads of Secrets Manager lag behind (ms). */
  readonly lagMs: number;
}

export interface Explored {
  schedules: number;
  readonly states: Set<string>;
  /** Violation to the schedules that show it. */
  readonly violations: Map<string, string[]>;
}

export function unexplored(): Explored {
  return { schedules: 0, states: new Set(), violations: new Map() };
}

/** Reads of Secrets Manager settle within seconds (ms). */
const STALE_MS = 3000;
/** Between one try of a rotation and the next; the retirement runs in each pause (ms). */
const PAUSES_MS = [MINUTE_MS, HOUR_MS, 13 * HOUR_MS, 13 * HOUR_MS, ...Array<number>(12).fill(25 * HOUR_MS)];

/** How many I/O calls the operation of a scenario makes when nothing fails. */
export async function callsOf(
  makeSubject: MakeSubject,
  scenario: Scenario,
  implementation?: Implementation,
): Promise<number> {
  const lab = new Lab(makeSubject, implementation);
  await scenario.prepare(lab);
  lab.faults.revive();
  await scenario.act(lab, lab.newToken());
  return lab.faults.calls;
}

/** Every disturbance at every I/O call, followed by every recovery; and with stale reads, which slow down by retries. */
export async function* schedulesOf(
  makeSubject: MakeSubject,
  scenario: Scenario,
  implementation?: Implementation,
): AsyncGenerator<Schedule> {
  const all = disturbances(await callsOf(makeSubject, scenario, implementation));
  for (const disturbance of all) {
    for (const recovery of recoveriesOf(makeSubject)) {
      yield { scenario, disturbances: [disturbance], recovery, lagMs: 0 };
    }
    if (disturbance.kind !== 'refused') {
      yield { scenario, disturbances: [disturbance], recovery: 'same token at once', lagMs: STALE_MS };
    }
  }
}

/** Without an overlap the pending password is the one that works: to take its label away by hand is to lose it. */
export function recoveriesOf(makeSubject: MakeSubject): readonly Recovery[] {
  const { overlaps } = new Lab(makeSubject).subject;
  return RECOVERIES.filter((recovery) => overlaps || recovery !== 'new token by hand');
}

/** Lives through one schedule to its end, where all must be well again, and notes what was seen. */
export async function explore(
  makeSubject: MakeSubject,
  schedule: Schedule,
  explored: Explored,
  implementation?: Implementation,
): Promise<void> {
  const { scenario, recovery, lagMs } = schedule;
  const lab = new Lab(makeSubject, implementation);
  await scenario.prepare(lab);
  lab.secrets.lag = () => lagMs;
  const token = lab.newToken();
  if (recovery === 'step delivered again') lab.handler = deliveredAgain(lab);
  for (const disturbance of schedule.disturbances) await disturb(lab, scenario, token, disturbance);
  await recover(lab, token, recovery);
  const names = schedule.disturbances.map(nameOf);
  note(lab, explored, [scenario.name, ...names, recovery, `lag ${lagMs}`].join(', '));
}

/** A failed step is delivered once more at once, as Lambda does with asynchronous events. */
function deliveredAgain(lab: Lab): Handler {
  const { handler } = lab;
  return (ports, event) =>
    handler(ports, event).catch(() => {
      lab.faults.restart();
      return handler(lab.ports(), event);
    });
}

async function recover(lab: Lab, token: string, recovery: Recovery): Promise<void> {
  if (recovery === 'new token by hand') lab.removePendingByHand();
  if (recovery === 'same token later') lab.now += HOUR_MS;
  await converges(lab, recovery.startsWith('new') ? lab.newToken() : token);
}

/** Tries until a rotation ends well, and retires: by then all must be well again. */
export async function converges(lab: Lab, token: string): Promise<void> {
  const result = await converge(lab, token);
  if (result.kind !== 'rotated') lab.watch.violations.add(`wedged: ${reason(result)}`);
  await retireDays(lab);
  checkEnd(lab);
}

async function converge(lab: Lab, first: string): Promise<RotationResult> {
  let token = first;
  let result = await rotate(lab, token);
  for (const pauseMs of PAUSES_MS) {
    if (result.kind === 'rotated') break;
    lab.now += pauseMs;
    await lab.retire();
    if (reason(result).includes('not ours')) lab.removeForeignByHand();
    if (isGone(lab, token)) token = lab.newToken();
    result = await rotate(lab, token);
  }
  return result;
}

/** A version that lost AWSPENDING cannot become current any more: whoever rotates takes a new token. */
function isGone(lab: Lab, token: string): boolean {
  const version = lab.secrets.find(lab.arn).version(token);
  return version?.labels.every((label) => label === 'AWSPREVIOUS') ?? false;
}

function checkEnd(lab: Lab): void {
  const { violations } = lab.watch;
  if (!lab.works('AWSCURRENT')) violations.add('lost: AWSCURRENT does not log in at the end');
  const ours = lab.subject.standing().filter(({ foreign }) => !foreign);
  if (ours.length > 1) violations.add('leaked: a credential is left that nobody owns');
}

export function note(lab: Lab, explored: Explored, name: string): void {
  explored.schedules += 1;
  for (const state of lab.watch.states) explored.states.add(state);
  for (const violation of lab.watch.violations) {
    const seen = explored.violations.get(violation) ?? [];
    explored.violations.set(violation, [...seen, name]);
  }
}

function reason(result: RotationResult): string {
  return result.kind === 'failed' ? `${result.step}: ${result.reason}` : JSON.stringify(result);
}
