import { possibleFrom } from '../possible-from.ts';
import { type Situation, situationOf } from '../situation.ts';
import { issuedFor, labelled, pendingIn, QUARANTINED, type Version } from '../snapshot.ts';
import {
  act,
  type Decision,
  finish,
  nextDrop,
  notPossible,
  type Progress,
  type Suspect,
} from './decision.ts';
import { notOurs } from './rollback.ts';
import { decideRotate } from './rotate-now.ts';

/**
 * Others may know the credentials of this secret: all that it holds now are revoked, with no overlap. Those that are not
 * current go at once; the current one when a new one, which nobody can know, is proven and current in its place. From
 * then until they refresh, clients that cached a revoked one fail: that window is the point.
 */
export function decideCompromised(situation: Situation, progress: Progress, token: string): Decision {
  const { plan, done } = progress;
  if (!plan?.suspects) return planCompromised(situation, progress, token);
  const { suspects } = plan;
  return (
    revokeUnused(situation, suspects) ??
    dropOthersPending(situation, token, done) ??
    replaceCurrent(situation, progress, token) ??
    lockReplaced(situation, suspects, done) ??
    labelReplaced(situation) ??
    ended(situation, suspects, done)
  );
}

const REVOKED =
  'The new credential is current. Retirement tries the old passwords later, and they must be refused. Revoked:';

/** What was left to others to revoke is never called revoked. */
function ended(situation: Situation, suspects: readonly Suspect[], done: Progress['done']): Decision {
  const open = suspects.filter((one) => mayStillWork(one, situation, done));
  const left = [...new Set(open.map(({ id }) => id))];
  const revoked = suspects.flatMap(({ id }) => (left.includes(id) ? [] : id)).join(', ') || 'none';
  if (left.length === 0) return finish('revoked', `${REVOKED} ${revoked}.`);
  return finish(
    'not-possible',
    `${REVOKED} ${revoked}. ${notOurs(left)} Until then others can log in with it.`,
  );
}

/** Where names prove whose a credential is, one that the list never had is not proven to be gone either. */
function mayStillWork({ id, own }: Suspect, situation: Situation, done: Progress['done']): boolean {
  const { issuer, deactivations } = situation;
  if (issuer.kind === 'setting')
    return id !== labelled('AWSCURRENT', situation)?.id && !done.has(`lock-login:${id}`);
  if (issuer.kind !== 'issuing') return false;
  if (issuer.issued.some((issued) => issued.id === id)) return true;
  const wasRemoved = deactivations.some((one) => one.credentialId === id && one.removedAt !== undefined);
  return issuer.keepsNames && !own && !wasRemoved;
}

function planCompromised(situation: Situation, progress: Progress, token: string): Decision {
  if (situation.issuer.kind === 'manual') {
    return finish(
      'not-possible',
      'A person issues this credential: store a new one, then revoke the old one by hand.',
    );
  }
  const possibility = possibleFrom(afterRevocation(situation), token);
  if (!possibility.possible && !progress.rotation) return notPossible(possibility);
  return act({
    step: 'plan',
    plan: { suspects: situation.versions.flatMap((one) => suspectIn(one, situation)) },
  });
}

/** As it will be when what is not in use is gone, and with it the place that it takes and the rotation under way. */
function afterRevocation(situation: Situation): Situation {
  const { issuer, own } = situation;
  const pending = pendingIn(situation);
  const current = labelled('AWSCURRENT', situation)?.id;
  const versions = situation.versions.filter((version) => version !== pending);
  if (issuer.kind !== 'issuing') return situationOf({ ...situation, versions }, situation);
  const issued = issuer.issued.filter(({ id }) => id === current || !own.has(id));
  return situationOf({ ...situation, versions, issuer: { ...issuer, issued } }, situation);
}

function suspectIn(version: Version, situation: Situation): Suspect[] {
  const { versionId, id } = version;
  if (id === null) return [];
  const issued = issuedFor(version, situation);
  const { createdAt = null, lastUsedAt = null, lastUsedBy = null } = issued ?? {};
  const own = situation.own.has(id);
  return [{ versionId, id, own, createdAt, lastUsedAt, lastUsedBy }];
}

/** Removed, not deactivated: nothing may bring it back. What is current goes when it is that no more. */
function revokeUnused(situation: Situation, suspects: readonly Suspect[]): Decision | null {
  const { issuer, own } = situation;
  if (issuer.kind !== 'issuing') return null;
  const inUse = [labelled('AWSCURRENT', situation), pendingIn(situation)].map((version) => version?.id);
  const open = suspects.find(
    ({ id }) => !inUse.includes(id) && own.has(id) && issuer.issued.some((one) => one.id === id),
  );
  return open ? act({ step: 'remove', id: open.id }) : null;
}

/** A rotation that was begun before is a suspect, too; it is never taken from under the hands of a step at work. */
function dropOthersPending(situation: Situation, token: string, done: Progress['done']): Decision | null {
  const pending = pendingIn(situation);
  if (!pending || pending.versionId === token) return null;
  if (done.get(`clear-pending:${pending.versionId}`) !== 'leave') return nextDrop(situation, 'at-once');
  return finish(
    'not-possible',
    'AWSPENDING holds a credential that is not provably ours. Remove that by hand.',
  );
}

function replaceCurrent(situation: Situation, progress: Progress, token: string): Decision | null {
  const decision = decideRotate(situation, progress, token);
  return decision.kind === 'finish' && decision.result === 'rotated' ? null : decision;
}

/** Of two logins that take turns the rotation has renewed one; the other's known password is replaced, too. */
function lockReplaced(
  situation: Situation,
  suspects: readonly Suspect[],
  done: Progress['done'],
): Decision | null {
  const { issuer } = situation;
  if (issuer.kind !== 'setting') return null;
  const current = labelled('AWSCURRENT', situation);
  const open = suspects.find(
    ({ id }) => id !== current?.id && issuer.logins.includes(id) && !done.has(`lock-login:${id}`),
  );
  return open ? act({ step: 'lock-login', login: open.id }) : null;
}

function labelReplaced(situation: Situation): Decision | null {
  const previous = labelled('AWSPREVIOUS', situation);
  if (!previous || previous.labels.includes(QUARANTINED)) return null;
  const from = labelled(QUARANTINED, situation)?.versionId;
  return act({ step: 'label-quarantined', versionId: previous.versionId, from });
}
