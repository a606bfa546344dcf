import { act, type Decision, finish, type Progress, type Suspect } from './decision.ts';
import { type Facts, issuedFor, labelled, pendingIn, type Version } from './facts.ts';
import { QUARANTINED } from './operation.ts';
import { nextDrop } from './pending.ts';
import { notOurs } from './rollback.ts';
import { awaitRotation, rotationRefusal } from './rotate-now.ts';

/**
 * Others may know the credentials of this secret: all that it holds now are revoked, with no overlap. Those that are not
 * current go at once; the current one when a new one, which nobody can know, is proven and current in its place. From
 * then until they refresh, clients that cached a revoked one fail: that window is the point.
 */
export function decideCompromised(facts: Facts, progress: Progress, token: string): Decision {
  const { plan, done } = progress;
  if (!plan?.suspects) return planCompromised(facts, progress, token);
  const { suspects } = plan;
  return (
    revokeUnused(facts, suspects) ??
    dropOthersPending(facts, token, done) ??
    replaceCurrent(facts, progress, token) ??
    lockReplaced(facts, suspects, done) ??
    labelReplaced(facts) ??
    ended(facts, suspects, done)
  );
}

const REVOKED =
  'The new credential is current. Retirement tries the old passwords later, and they must be refused. Revoked:';

/** What was left to others to revoke is never called revoked. */
function ended(facts: Facts, suspects: readonly Suspect[], done: Progress['done']): Decision {
  const open = suspects.filter((one) => mayStillWork(one, facts, done));
  const left = [...new Set(open.map(({ id }) => id))];
  const revoked = suspects.flatMap(({ id }) => (left.includes(id) ? [] : id)).join(', ') || 'none';
  if (left.length === 0) return finish('revoked', `${REVOKED} ${revoked}.`);
  return finish(
    'not-possible',
    `${REVOKED} ${revoked}. ${notOurs(left)} Until then others can log in with it.`,
  );
}

/** Where names prove whose a credential is, one that the list never had is not proven to be gone either. */
function mayStillWork({ id, own }: Suspect, facts: Facts, done: Progress['done']): boolean {
  const { issuer, deactivations } = facts;
  if (issuer.kind === 'setting')
    return id !== labelled('AWSCURRENT', facts)?.id && !done.has(`lock-login:${id}`);
  if (issuer.kind !== 'issuing') return false;
  if (issuer.issued.some((issued) => issued.id === id)) return true;
  const wasRemoved = deactivations.some((one) => one.credentialId === id && one.removedAt !== undefined);
  return issuer.keepsNames && !own && !wasRemoved;
}

function planCompromised(facts: Facts, progress: Progress, token: string): Decision {
  if (facts.issuer.kind === 'manual') {
    return finish(
      'not-possible',
      'A person issues this credential: store a new one, then revoke the old one by hand.',
    );
  }
  const pending = pendingIn(facts);
  const others = pending ? { ...facts, versions: facts.versions.filter((one) => one !== pending) } : facts;
  const refusal = rotationRefusal(others, progress, token);
  if (refusal) return finish('not-possible', refusal);
  return act({ step: 'plan', plan: { suspects: facts.versions.flatMap((one) => suspectIn(one, facts)) } });
}

function suspectIn(version: Version, facts: Facts): Suspect[] {
  const { versionId, id } = version;
  if (id === null) return [];
  const issued = issuedFor(version, facts);
  const { createdAt = null, lastUsedAt = null, lastUsedBy = null } = issued ?? {};
  const own = facts.issuer.kind === 'issuing' && facts.issuer.own.has(id);
  return [{ versionId, id, own, createdAt, lastUsedAt, lastUsedBy }];
}

/** Removed, not deactivated: nothing may bring it back. What is current goes when it is that no more. */
function revokeUnused(facts: Facts, suspects: readonly Suspect[]): Decision | null {
  const { issuer } = facts;
  if (issuer.kind !== 'issuing') return null;
  const inUse = [labelled('AWSCURRENT', facts), pendingIn(facts)].map((version) => version?.id);
  const open = suspects.find(({ id }) => !inUse.includes(id) && issuer.own.has(id));
  return open ? act({ step: 'remove', id: open.id }) : null;
}

/** A rotation that was begun before is a suspect, too; it is never taken from under the hands of a step at work. */
function dropOthersPending(facts: Facts, token: string, done: Progress['done']): Decision | null {
  const pending = pendingIn(facts);
  if (!pending || pending.versionId === token) return null;
  if (done.get(`clear-pending:${pending.versionId}`) !== 'leave') return act(nextDrop(facts, pending));
  return finish(
    'not-possible',
    'AWSPENDING holds a credential that is not provably ours. Remove that by hand.',
  );
}

function replaceCurrent(facts: Facts, progress: Progress, token: string): Decision | null {
  const refusal = rotationRefusal(facts, progress, token);
  return refusal === null ? awaitRotation(facts, progress, token) : finish('not-possible', refusal);
}

/** Of two logins that take turns the rotation has renewed one; the other's known password is replaced, too. */
function lockReplaced(facts: Facts, suspects: readonly Suspect[], done: Progress['done']): Decision | null {
  const { issuer } = facts;
  if (issuer.kind !== 'setting') return null;
  const current = labelled('AWSCURRENT', facts);
  const open = suspects.find(
    ({ id }) => id !== current?.id && issuer.logins.includes(id) && !done.has(`lock-login:${id}`),
  );
  return open ? act({ step: 'lock-login', login: open.id }) : null;
}

function labelReplaced(facts: Facts): Decision | null {
  const previous = labelled('AWSPREVIOUS', facts);
  if (!previous || previous.labels.includes(QUARANTINED)) return null;
  const from = labelled(QUARANTINED, facts)?.versionId;
  return act({ step: 'label-quarantined', versionId: previous.versionId, from });
}
