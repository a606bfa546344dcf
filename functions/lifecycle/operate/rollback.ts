import { act, type Decision, finish, type Plan, type Progress } from './decision.ts';
import {
  endpointRefusal,
  type Facts,
  isForeign,
  isQuarantined,
  issuedFor,
  labelled,
  pendingIn,
  type Version,
} from './facts.ts';
import { QUARANTINED } from './operation.ts';

/**
 * Back to the previous credential: reactivated if need be, proven by a login, and only then made current; the bad one is
 * labelled and switched off last. Until the label moves nothing that anybody uses has changed.
 */
export function decideRollback(facts: Facts, { plan, done }: Progress): Decision {
  if (!plan?.to) return planRollback(facts);
  const to = facts.versions.find(({ versionId }) => versionId === plan.to);
  const current = labelled('AWSCURRENT', facts);
  if (!to) return finish('superseded', 'The version to go back to has lost its labels; nothing was moved.');
  const refusal = endpointRefusal(to, facts);
  if (refusal && current?.versionId !== to.versionId) return finish('not-possible', refusal);
  if (issuedFor(to, facts)?.active === false) return reactivate(facts, to);
  if (current?.versionId === to.versionId) return quarantine(facts, plan, done);
  if (current?.versionId !== plan.from) {
    return finish('superseded', 'Another version became current meanwhile; nothing was moved.');
  }
  return promote(facts, to, plan, done);
}

function reactivate(facts: Facts, { id }: Version): Decision {
  if (isForeign(id, facts)) return finish('not-possible', `${id} is switched off. ${notOurs([id ?? ''])}`);
  return act({ step: 'reactivate', id: id ?? '' });
}

/** What Keyturn does not touch, and what a person has to do about it. */
export function notOurs(ids: readonly string[]): string {
  return (
    `Not touched, since nothing at the provider proves that Keyturn made it for this secret: ${ids.join(', ')}. ` +
    "Find out whose it is; if it is this secret's, take it away by hand."
  );
}

function promote(facts: Facts, to: Version, { from }: Plan, done: Progress['done']): Decision {
  const tested = done.get(`test:${to.versionId}`);
  if (tested === undefined) return act({ step: 'test', versionId: to.versionId });
  if (tested !== 'proven') {
    return finish('not-proven', `The previous credential does not work, so nothing was moved: ${tested}`);
  }
  return (
    labelQuarantined(facts, from) ??
    unlabelPending(facts, from) ??
    act({ step: 'move-current', to: to.versionId, from })
  );
}

function labelQuarantined(facts: Facts, versionId: string | undefined): Decision | null {
  const bad = facts.versions.find((one) => one.versionId === versionId);
  if (!bad || bad.labels.includes(QUARANTINED)) return null;
  const from = labelled(QUARANTINED, facts)?.versionId;
  return act({ step: 'label-quarantined', versionId: bad.versionId, from });
}

/** Secrets Manager leaves AWSPENDING on what it rotated to; on a version that is not current it would stop every rotation. */
function unlabelPending({ versions }: Facts, versionId: string | undefined): Decision | null {
  const isPending = versions.some((one) => one.versionId === versionId && one.labels.includes('AWSPENDING'));
  return isPending && versionId !== undefined ? act({ step: 'unlabel-pending', versionId }) : null;
}

function quarantine(facts: Facts, { to, from }: Plan, done: Progress['done']): Decision {
  if (!done.has('announce')) return act({ step: 'announce' });
  const unfinished = labelQuarantined(facts, from) ?? unlabelPending(facts, from);
  if (unfinished) return unfinished;
  const bad = facts.versions.find(({ versionId }) => versionId === from);
  const good = facts.versions.find(({ versionId }) => versionId === to);
  const off = bad?.id && bad.id !== good?.id ? switchOff(facts, bad.id, done) : null;
  const left = bad?.id && bad.id !== good?.id && isLeft(facts, bad.id) ? ` ${notOurs([bad.id])}` : '';
  return off ?? finish('rolled-back', `The previous credential is current again, proven by a login.${left}`);
}

/** Whether a credential that an operator wants to end is not Keyturn's to end. */
function isLeft(facts: Facts, id: string): boolean {
  const { issuer } = facts;
  return issuer.kind === 'setting' ? !issuer.logins.includes(id) : isForeign(id, facts);
}

function switchOff(facts: Facts, id: string, done: Progress['done']): Decision | null {
  const { issuer, deactivations } = facts;
  if (isLeft(facts, id)) return null;
  if (issuer.kind === 'setting')
    return done.has(`lock-login:${id}`) ? null : act({ step: 'lock-login', login: id });
  if (issuer.kind !== 'issuing') return null;
  const active = issuer.issued.find((one) => one.id === id)?.active ?? false;
  const known = deactivations.some(({ credentialId, quarantined }) => credentialId === id && quarantined);
  // Where nothing can be switched off, retirement removes it when its overlap is over.
  return (active && issuer.reversible) || !known ? act({ step: 'deactivate', id }) : null;
}

function planRollback(facts: Facts): Decision {
  const [previous, current] = [labelled('AWSPREVIOUS', facts), labelled('AWSCURRENT', facts)];
  // An earlier rollback moved the label and came no further: what is left of it is done.
  if (previous?.labels.includes(QUARANTINED) && issuedFor(previous, facts)?.active) {
    return act({ step: 'plan', plan: { to: current?.versionId ?? '', from: previous.versionId } });
  }
  const refusal = refusalOf(facts);
  if (refusal) return finish('not-possible', refusal);
  return act({ step: 'plan', plan: { to: previous?.versionId ?? '', from: current?.versionId } });
}

function refusalOf(facts: Facts): string | null {
  const { issuer } = facts;
  const previous = labelled('AWSPREVIOUS', facts);
  if (previous?.content !== 'credential') return 'There is no previous version with a credential in it.';
  if (isQuarantined(previous, facts)) {
    return 'The previous credential was quarantined itself. Rotate instead: keyturn rotate.';
  }
  if (pendingIn(facts)) {
    return 'A rotation is under way or stuck. Wait for it, or have it cleared: keyturn doctor --fix.';
  }
  if (issuer.kind === 'not-owner' || issuer.kind === 'unreachable') return issuerTrouble(issuer);
  if (issuer.kind === 'setting' && issuer.logins.length === 1) {
    return 'The provider knows one login, whose previous password is gone. Rotate instead: keyturn rotate.';
  }
  if (issuer.kind === 'issuing' && !issuedFor(previous, facts)) {
    return 'The previous credential was removed at the provider. Rotate instead: keyturn rotate.';
  }
  return endpointRefusal(previous, facts);
}

export function issuerTrouble(
  issuer: Extract<Facts['issuer'], { kind: 'not-owner' | 'unreachable' }>,
): string {
  return issuer.kind === 'unreachable'
    ? `The provider did not answer: ${issuer.message}`
    : `This cannot be done: ${issuer.message}.`;
}
