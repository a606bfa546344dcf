import type { Action } from './decision.ts';
import { type Facts, givenUpFrom, type Version } from './facts.ts';

/**
 * Takes AWSPENDING off a version, its credential first: the token is given up, so that no step acts for it any more;
 * what is at work is let end; then the credential is revoked and the label removed (lifecycle/healing.ts).
 */
export function nextDrop(facts: Facts, pending: Version): Action {
  const { versionId, labels } = pending;
  // It was current before, so its rotation had ended; clients may still use its credential.
  if (labels.includes('AWSPREVIOUS')) return { step: 'unlabel-pending', versionId };
  const quiet = givenUpFrom(pending, facts);
  if (quiet === null) return { step: 'give-up-pending', versionId };
  if (quiet > facts.now) return { step: 'wait', untilAt: quiet };
  return { step: 'clear-pending', versionId };
}
