import { isForeign } from '../ownership.ts';
import { howToEnd } from '../possible-from.ts';
import type { Situation } from '../situation.ts';
import { isQuarantined, issuedFor, labelled, pendingIn, QUARANTINED, type Version } from '../snapshot.ts';
import { act, type Decision, endpointRefusal, finish, type Plan, type Progress } from './decision.ts';

/**
 * Back to the previous credential: reactivated if need be, proven by a login, and only then made current; the bad one is
 * labelled and switched off last. Until the label moves nothing that anybody uses has changed.
 */
export function decideRollback(situation: Situation, { plan, done }: Progress): Decision {
  if (!plan?.to) return planRollback(situation);
  const to = situation.versions.find(({ versionId }) => versionId === plan.to);
  const current = labelled('AWSCURRENT', situation);
  if (!to) return finish('superseded', 'The version to go back to has lost its labels; nothing was moved.');
  const refusal = endpointRefusal(to);
  if (refusal && current?.versionId !== to.versionId) return finish('not-possible', refusal);
  if (issuedFor(to, situation)?.active === false) return reactivate(situation, to);
  if (current?.versionId === to.versionId) return quarantine(situation, plan, done);
  if (current?.versionId !== plan.from) {
    return finish('superseded', 'Another version became current meanwhile; nothing was moved.');
  }
  return promote(situation, to, plan, done);
}

function reactivate(situation: Situation, { id }: Version): Decision {
  if (isForeign(id, situation))
    return finish('not-possible', `${id} is switched off. ${notOurs([id ?? ''])}`);
  return act({ step: 'reactivate', id: id ?? '' });
}

/** What Keyturn does not touch, and what a person has to do about it. */
export function notOurs(ids: readonly string[]): string {
  return (
    `Not touched, since nothing at the provider proves that Keyturn made it for this secret: ${ids.join(', ')}. ` +
    "Find out whose it is; if it is this secret's, take it away by hand."
  );
}

function promote(situation: Situation, to: Version, { from }: Plan, done: Progress['done']): Decision {
  const tested = done.get(`test:${to.versionId}`);
  if (tested === undefined) return act({ step: 'test', versionId: to.versionId });
  if (tested !== 'proven') {
    return finish('not-proven', `The previous credential does not work, so nothing was moved: ${tested}`);
  }
  return (
    labelQuarantined(situation, from) ??
    unlabelPending(situation, from) ??
    act({ step: 'move-current', to: to.versionId, from })
  );
}

function labelQuarantined(situation: Situation, versionId: string | undefined): Decision | null {
  const bad = situation.versions.find((one) => one.versionId === versionId);
  if (!bad || bad.labels.includes(QUARANTINED)) return null;
  const from = labelled(QUARANTINED, situation)?.versionId;
  return act({ step: 'label-quarantined', versionId: bad.versionId, from });
}

/** Secrets Manager leaves AWSPENDING on what it rotated to; on a version that is not current it would stop every rotation. */
function unlabelPending({ versions }: Situation, versionId: string | undefined): Decision | null {
  const isPending = versions.some((one) => one.versionId === versionId && one.labels.includes('AWSPENDING'));
  return isPending && versionId !== undefined ? act({ step: 'unlabel-pending', versionId }) : null;
}

function quarantine(situation: Situation, { to, from }: Plan, done: Progress['done']): Decision {
  if (!done.has('announce')) return act({ step: 'announce' });
  const unfinished = labelQuarantined(situation, from) ?? unlabelPending(situation, from);
  if (unfinished) return unfinished;
  const bad = situation.versions.find(({ versionId }) => versionId === from);
  const good = situation.versions.find(({ versionId }) => versionId === to);
  const off = bad?.id && bad.id !== good?.id ? switchOff(situation, bad.id, done) : null;
  const left = bad?.id && bad.id !== good?.id && isLeft(situation, bad.id) ? ` ${notOurs([bad.id])}` : '';
  return off ?? finish('rolled-back', `The previous credential is current again, proven by a login.${left}`);
}

/** Whether a credential that an operator wants to end is not Keyturn's to end. */
function isLeft(situation: Situation, id: string): boolean {
  const { issuer } = situation;
  return issuer.kind === 'setting' ? !issuer.logins.includes(id) : isForeign(id, situation);
}

function switchOff(situation: Situation, id: string, done: Progress['done']): Decision | null {
  const { issuer, deactivations } = situation;
  if (isLeft(situation, id)) return null;
  if (issuer.kind === 'setting')
    return done.has(`lock-login:${id}`) ? null : act({ step: 'lock-login', login: id });
  if (issuer.kind !== 'issuing') return null;
  const active = issuer.issued.find((one) => one.id === id)?.active ?? false;
  const known = deactivations.some(({ credentialId, quarantined }) => credentialId === id && quarantined);
  // Where nothing can be switched off, retirement removes it when its overlap is over.
  return (active && issuer.reversible) || !known ? act({ step: 'deactivate', id }) : null;
}

function planRollback(situation: Situation): Decision {
  const [previous, current] = [labelled('AWSPREVIOUS', situation), labelled('AWSCURRENT', situation)];
  // An earlier rollback moved the label and came no further: what is left of it is done.
  if (previous?.labels.includes(QUARANTINED) && issuedFor(previous, situation)?.active) {
    return act({ step: 'plan', plan: { to: current?.versionId ?? '', from: previous.versionId } });
  }
  const refusal = refusalOf(situation);
  if (refusal) return finish('not-possible', refusal);
  return act({ step: 'plan', plan: { to: previous?.versionId ?? '', from: current?.versionId } });
}

function refusalOf(situation: Situation): string | null {
  const { issuer } = situation;
  const previous = labelled('AWSPREVIOUS', situation);
  if (previous?.content !== 'credential') return 'There is no previous version with a credential in it.';
  if (isQuarantined(previous, situation)) {
    return 'The previous credential was quarantined itself. Rotate instead: keyturn rotate.';
  }
  const pending = pendingIn(situation);
  if (pending)
    return `A rotation is under way or stuck. Wait for it. ${howToEnd(situation, pending.versionId)}`;
  if (issuer.kind === 'not-owner' || issuer.kind === 'unreachable') return issuerTrouble(issuer);
  if (issuer.kind === 'setting' && issuer.logins.length === 1) {
    return 'The provider knows one login, whose previous password is gone. Rotate instead: keyturn rotate.';
  }
  if (issuer.kind === 'issuing' && !issuedFor(previous, situation)) {
    return 'The previous credential was removed at the provider. Rotate instead: keyturn rotate.';
  }
  return endpointRefusal(previous);
}

function issuerTrouble(issuer: Extract<Situation['issuer'], { kind: 'not-owner' | 'unreachable' }>): string {
  return issuer.kind === 'unreachable'
    ? `The provider did not answer: ${issuer.message}`
    : `This cannot be done: ${issuer.message}.`;
}
