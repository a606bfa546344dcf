import { awaitsPerson, howToEnd, isPossible, type Possibility, possibleFrom } from '../possible-from.ts';
import { goneAt } from '../retirable.ts';
import type { Situation } from '../situation.ts';
import { STUCK_AFTER_MS } from '../stuck.ts';
import {
  act,
  type Decision,
  finish,
  nextDrop,
  notPossible,
  type Progress,
  type Started,
  wait,
} from './decision.ts';

/** The rotation tells when it has ended (rotate/report.ts); so long (ms) after each look it is looked at all the same. */
const LOOK_MS = 30_000;

/** Starts a rotation through Secrets Manager, under the operation's id as its token; it has ended when that is current. */
export function decideRotate(situation: Situation, { rotation }: Progress, token: string): Decision {
  if (hasBecomeCurrent(situation, token))
    return finish('rotated', 'The new credential is current, proven by logins.');
  if (rotation) return awaitRotation(situation, rotation, token);
  const possibility = possibleFrom(situation, token);
  if (
    !possibility.possible &&
    !isPossible(possibility, situation.now) &&
    !awaitsPerson(possibility, situation)
  )
    return notPossible(possibility);
  return clearFirst(situation, possibility, token) ?? act({ step: 'start-rotation' });
}

function awaitRotation(situation: Situation, { at, failed }: Started, token: string): Decision {
  const { now } = situation;
  const end = howToEnd(situation, token);
  // What waits for a person has said so itself.
  const goesOn = failed?.detail.includes(end) ? GOES_ON : `${GOES_ON} ${end}`;
  if (failed) return finish('rotation-failed', `${failed.step} failed: ${failed.detail} ${goesOn}`);
  const until = at + STUCK_AFTER_MS;
  if (now >= until) return finish('out-of-time', `Nothing was heard of the rotation in time. ${goesOn}`);
  return wait(Math.min(now + LOOK_MS, until), 'Secrets Manager is driving the rotation.');
}

const GOES_ON =
  'AWSCURRENT is unchanged. Secrets Manager tries the rotation again by itself; when it has ended well this goes on.';

/** Whether or not another one has become so since. */
function hasBecomeCurrent({ versions }: Situation, token: string): boolean {
  const made = versions.find(({ versionId }) => versionId === token);
  return made?.labels.some((label) => label === 'AWSCURRENT' || label === 'AWSPREVIOUS') ?? false;
}

/** What retirement would do at its next look: a rotation that is stuck, and what takes the place of the new credential. */
function clearFirst(situation: Situation, possibility: Possibility, token: string): Decision | null {
  const { pending, issuer, orphans, now } = situation;
  const left = pending.kind !== 'none' && pending.token !== token ? nextDrop(situation, 'when-stuck') : null;
  if (left) return left;
  if (possibility.possible || issuer.kind !== 'issuing') return null;
  const due = issuer.issued.find(
    (one) => !orphans.has(one.id) && (goneAt(one, situation) ?? Infinity) <= now,
  );
  return due ? act({ step: 'remove', id: due.id }) : null;
}
