import { act, type Decision, finish, type Progress } from './decision.ts';
import { endpointRefusal, type Facts, labelled, pendingIn } from './facts.ts';
import { issuerTrouble } from './rollback.ts';

/** Between two looks at a rotation that Secrets Manager drives (ms). */
const LOOK_MS = 5000;

/** Starts a rotation through Secrets Manager, under the operation's id as its token, and waits until it is current. */
export function decideRotate(facts: Facts, progress: Progress, token: string): Decision {
  const refusal = rotationRefusal(facts, progress, token);
  if (refusal) return finish('not-possible', refusal);
  return (
    awaitRotation(facts, progress, token) ??
    finish('rotated', 'The new credential is current, proven by logins.')
  );
}

/** Null once the version of `token` is current, whether or not another has become so since. */
export function awaitRotation({ versions, now }: Facts, { done }: Progress, token: string): Decision | null {
  const made = versions.find(({ versionId }) => versionId === token);
  if (made?.labels.some((label) => label === 'AWSCURRENT' || label === 'AWSPREVIOUS')) return null;
  if (!done.has('start-rotation')) return act({ step: 'start-rotation' });
  return act({ step: 'wait', untilAt: now + LOOK_MS });
}

/** Why a rotation cannot be begun; one that this operation has begun goes on. */
export function rotationRefusal(facts: Facts, { done }: Progress, token: string): string | null {
  const { issuer, secret } = facts;
  if (done.has('start-rotation')) return null;
  if (issuer.kind === 'none') return 'The secret names no `provider`, so nothing can issue a new credential.';
  if (issuer.kind === 'not-owner' || issuer.kind === 'unreachable') return issuerTrouble(issuer);
  if (!secret.rotationEnabled) return 'Rotation is not set up for this secret: keyturn doctor --fix does it.';
  const pending = pendingIn(facts);
  if (pending && pending.versionId !== token) {
    return 'A rotation is under way or stuck. Wait for it, or have it cleared: keyturn doctor --fix.';
  }
  return endpointRefusal(labelled('AWSCURRENT', facts), facts);
}
