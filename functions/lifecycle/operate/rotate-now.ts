import { isPossible, type Possibility, possibleFrom } from '../possible-from.ts';
import type { Situation } from '../situation.ts';
import { act, type Decision, finish, nextDrop, notPossible, type Progress } from './decision.ts';

/** Between two looks at a rotation that Secrets Manager drives (ms). */
const LOOK_MS = 5000;

/** Starts a rotation through Secrets Manager, under the operation's id as its token, and waits until it is current. */
export function decideRotate(situation: Situation, { done }: Progress, token: string): Decision {
  if (hasBecomeCurrent(situation, token))
    return finish('rotated', 'The new credential is current, proven by logins.');
  if (done.has('start-rotation')) return act({ step: 'wait', untilAt: situation.now + LOOK_MS });
  const possibility = possibleFrom(situation, token);
  if (!possibility.possible && !isPossible(possibility, situation.now)) return notPossible(possibility);
  return clearFirst(situation, possibility, token) ?? act({ step: 'start-rotation' });
}

/** Whether or not another one has become so since. */
function hasBecomeCurrent({ versions }: Situation, token: string): boolean {
  const made = versions.find(({ versionId }) => versionId === token);
  return made?.labels.some((label) => label === 'AWSCURRENT' || label === 'AWSPREVIOUS') ?? false;
}

/** What retirement would do at its next look: a rotation that is stuck, and what takes the place of the new credential. */
function clearFirst(situation: Situation, possibility: Possibility, token: string): Decision | null {
  const { pending, retirement } = situation;
  const left = pending.kind !== 'none' && pending.token !== token ? nextDrop(situation, 'when-stuck') : null;
  if (left) return act(left);
  if (possibility.possible || retirement.kind !== 'plan') return null;
  const due = retirement.retirements.find((one) => one.action === 'remove' && one.reason === 'disused');
  return due ? act({ step: 'remove', id: due.id }) : null;
}
