import type { RotationResult } from '../../../../support/aws/rotation.ts';
import { HOUR_MS, type Lab, MINUTE_MS, OVERLAP_MS, SOAK_MS } from './lab.ts';
import { ModelManual } from './model-manual.ts';

/** What was there before, and the operation into which the faults are put. */
export interface Scenario {
  readonly name: string;
  /** Whether it can be at all with this provider. */
  readonly fits?: (lab: Lab) => boolean;
  readonly prepare: (lab: Lab) => Promise<void>;
  readonly act: (lab: Lab, token: string) => Promise<unknown>;
}

const DAY_MS = 24 * HOUR_MS;
/** A look that a fault disturbed comes again a little later, and what it did is counted from then on (ms). */
const LATE_MS = 10 * MINUTE_MS;
/** The words of a refusal for want of a place, and the date from which on there is one. */
const NO_PLACE = /all 2 credentials of this user are taken, .* Possible from (\S+),/s;

/** All that may be are the current credential and the one that it replaced, which may be in use for a while yet. */
export const TWO_KEYS_TAKEN: Scenario = {
  name: 'two keys taken',
  fits: ({ subject }) => subject.limit === 2,
  prepare: twoKeysTaken,
  act: (lab, token) => refusedUntilItsDate(lab, token, LATE_MS),
};

export const SCENARIOS: readonly Scenario[] = [
  { name: 'first rotation', prepare: async () => {}, act: rotate },
  { name: 'normal', prepare: settled, act: rotate },
  { name: 'both slots taken', prepare: rotatedTwice, act: rotate },
  TWO_KEYS_TAKEN,
  { name: 'orphan of an earlier crash', fits: isIssuing, prepare: withOrphan, act: rotate },
  { name: 'foreign credential', fits: isIssuing, prepare: withForeign, act: rotate },
  { name: 'previous rotation stuck', prepare: withStuckRotation, act: healAndRotate },
  { name: 'retirement', prepare: rotatedTwice, act: retireDays },
];

/** A rotation; what a person has to do for it is done as soon as it is asked for. */
export async function rotate(lab: Lab, token: string): Promise<RotationResult> {
  const result = await lab.rotate(token);
  if (!(lab.subject instanceof ModelManual) || result.kind !== 'failed' || result.step !== 'createSecret')
    return result;
  storeByHand(lab, lab.subject, token);
  lab.now += MINUTE_MS;
  return lab.rotate(token);
}

function storeByHand(lab: Lab, subject: ModelManual, token: string): void {
  const secret = lab.secrets.find(lab.arn);
  if (secret.version(token)?.value !== undefined) return;
  const fields = JSON.parse(secret.holder('AWSCURRENT')?.value ?? '{}');
  secret.put(token, JSON.stringify({ ...fields, ...subject.make() }), ['AWSPENDING'], lab.now);
}

/** Runs of the retirement: long enough that all that was replaced is gone. */
export async function retireDays(lab: Lab): Promise<void> {
  for (let run = 0; run < 7; run += 1) {
    lab.now += 26 * HOUR_MS;
    await lab.retire();
  }
}

async function settled(lab: Lab): Promise<void> {
  await rotate(lab, lab.newToken());
  await retireDays(lab);
  mailFlows(lab);
}

async function rotatedTwice(lab: Lab): Promise<void> {
  await settled(lab);
  await rotate(lab, lab.newToken());
  mailFlows(lab);
}

async function twoKeysTaken(lab: Lab): Promise<void> {
  await settled(lab);
  const replacedAt = lab.now;
  await rotate(lab, lab.newToken());
  mailFlows(lab);
  lab.watch.fullUntil = replacedAt + OVERLAP_MS + SOAK_MS;
}

/** A rotation that is refused; the looks of the retirement, each when it is due; and from the date on another rotation. */
export async function refusedUntilItsDate(lab: Lab, token: string, lateMs: number): Promise<RotationResult> {
  const refused = await rotate(lab, token);
  const date = dateIn(refused);
  if (date === null) return refused;
  const before = currentVersion(lab);
  await lookUntil(lab, date + lateMs);
  const result = await rotate(lab, lab.newToken());
  // Another rotation may have taken the place meanwhile.
  if (dateIn(result) !== null && currentVersion(lab) === before)
    lab.watch.violations.add('wedged: no place, although the date has come');
  return result;
}

function currentVersion(lab: Lab): string | undefined {
  return lab.secrets.find(lab.arn).holder('AWSCURRENT')?.id;
}

/** From when on there is a place, where a rotation was refused for want of one (ms since 1970). */
export function dateIn(result: RotationResult): number | null {
  const found = result.kind === 'failed' ? NO_PLACE.exec(result.reason) : null;
  return found?.[1] === undefined ? null : Date.parse(found[1]);
}

async function lookUntil(lab: Lab, end: number): Promise<void> {
  while (lab.now < end) {
    const outcome = await lab.retire();
    const next = outcome?.kind === 'retired' ? outcome.nextLookAt : lab.now + MINUTE_MS;
    lab.now = Math.min(next ?? end, end);
  }
  await lab.retire();
}

/** A rotation crashed between mint and store, and an operator took its AWSPENDING away. */
async function withOrphan(lab: Lab): Promise<void> {
  await settled(lab);
  const before = lab.subject.standing().length;
  const { onCall } = lab.faults;
  const dying = lab.faults;
  dying.onCall = () => {
    onCall();
    if (lab.subject.standing().length > before) dying.die();
  };
  await lab.rotate(lab.newToken());
  dying.onCall = onCall;
  lab.removePendingByHand();
  mailFlows(lab);
}

async function withForeign(lab: Lab): Promise<void> {
  await settled(lab);
  lab.subject.addForeign();
}

/** A rotation that could not be proven, and that nobody takes up again. */
async function withStuckRotation(lab: Lab): Promise<void> {
  await settled(lab);
  lab.isServerDown = true;
  await rotate(lab, lab.newToken());
  lab.isServerDown = false;
  mailFlows(lab);
}

async function healAndRotate(lab: Lab, token: string): Promise<void> {
  await rotate(lab, token);
  for (let run = 0; run < 4; run += 1) {
    lab.now += DAY_MS / 2;
    await lab.retire();
  }
  await rotate(lab, token);
}

function mailFlows(lab: Lab): void {
  const current = lab.credential('AWSCURRENT');
  if (current) lab.subject.accepts(current, true);
}

function isIssuing({ subject }: Lab): boolean {
  return subject.provider.kind === 'issuing';
}
