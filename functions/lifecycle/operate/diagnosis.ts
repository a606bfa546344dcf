import type { LoginResult } from '../../smtp/login-result.ts';
import type { Action } from './decision.ts';
import {
  type Facts,
  isForeign,
  isQuarantined,
  issuedFor,
  labelled,
  pendingIn,
  quietFrom,
  type Version,
} from './facts.ts';
import { nextDrop } from './pending.ts';
import { issuerTrouble } from './rollback.ts';

/** Something about a secret that is not as it should be, in plain words, and what to do about it. */
export interface Finding {
  readonly code: FindingCode;
  readonly state: string;
  readonly nextAction: string;
  /** What `doctor` does about it when it may; null: a person has to. */
  readonly fix: Action | null;
}

export const FINDING_CODES = [
  'no-login-yet',
  'current-unusable',
  'current-refused',
  'current-unproven',
  'current-inactive',
  'current-missing',
  'current-quarantined',
  'provider-trouble',
  'endpoint-changed',
  'rotation-under-way',
  'pending-stuck',
  'orphan',
  'not-ours',
  'no-schedule',
  'overdue',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

export interface Examined {
  readonly facts: Facts;
  /** What one login with the current credential proved; null without one to try. */
  readonly loginResult: LoginResult | null;
}

/** A secret's state; nothing is wrong when the list is empty. What matters most comes first. */
export function diagnose({ facts, loginResult }: Examined): Finding[] {
  const current = labelled('AWSCURRENT', facts);
  return [
    ...ofCurrent(facts, current, loginResult),
    ...ofIssuer(facts),
    ...ofEndpoints(facts, [current, pendingIn(facts)]),
    ...ofPending(facts),
    ...ofIssued(facts, current),
    ...ofSchedule(facts),
  ];
}

function person(code: FindingCode, state: string, nextAction: string): Finding {
  return { code, state, nextAction, fix: null };
}

function ofCurrent(facts: Facts, current: Version | undefined, loginResult: LoginResult | null): Finding[] {
  if (!current || current.content === 'empty') return [ofNoValue(facts, current)];
  if (current.content === 'seed') {
    return [
      person('no-login-yet', 'No credential has been made yet.', 'keyturn rotate makes the first one.'),
    ];
  }
  if (current.content === 'malformed') {
    return [person('current-unusable', 'The current version is malformed.', wayBack(facts))];
  }
  return [...ofCurrentKey(facts, current), ...ofLogin(facts, loginResult)];
}

function ofNoValue(facts: Facts, current: Version | undefined): Finding {
  const isFirst = facts.versions.every(({ content }) => content === 'empty');
  if (isFirst)
    return person('no-login-yet', 'The secret has no value yet.', 'keyturn rotate makes the first one.');
  const state = current
    ? 'AWSCURRENT is on a version without a value.'
    : 'No version is labelled AWSCURRENT.';
  return person('current-unusable', state, wayBack(facts));
}

/** The safe way out of a current version that does not work. */
function wayBack(facts: Facts): string {
  const previous = labelled('AWSPREVIOUS', facts);
  const usable = previous?.content === 'credential' && !isQuarantined(previous, facts);
  const exists = facts.issuer.kind !== 'issuing' || issuedFor(previous, facts) !== undefined;
  return usable && exists
    ? 'keyturn rollback goes back to the previous credential, once a login has proven it.'
    : 'keyturn rotate makes a new one; if the value is malformed, fix it by hand first.';
}

function ofCurrentKey(facts: Facts, current: Version): Finding[] {
  if (facts.issuer.kind !== 'issuing') return [];
  const key = issuedFor(current, facts);
  if (!key) {
    return [person('current-missing', `The provider has no credential ${current.id}.`, wayBack(facts))];
  }
  if (isQuarantined(current, facts)) {
    return [
      person('current-quarantined', 'The current credential was quarantined.', 'keyturn rotate replaces it.'),
    ];
  }
  if (key.active) return [];
  const state = `The current credential ${key.id} is switched off at the provider.`;
  if (isForeign(key.id, facts))
    return [person('current-inactive', state, 'Keyturn did not make it: have it switched on by hand.')];
  return [
    { code: 'current-inactive', state, nextAction: 'Switch it on.', fix: { step: 'reactivate', id: key.id } },
  ];
}

function ofLogin(facts: Facts, loginResult: LoginResult | null): Finding[] {
  if (!loginResult || loginResult.credential === 'good') return [];
  const { verdict, advice } = loginResult;
  if (loginResult.credential === 'unknown') {
    return [
      person('current-unproven', `A login with the current credential proved nothing: ${verdict}.`, advice),
    ];
  }
  return [
    person(
      'current-refused',
      `The server refuses the current credential: ${verdict}. ${advice}`,
      wayBack(facts),
    ),
  ];
}

function ofIssuer({ issuer }: Facts): Finding[] {
  if (issuer.kind !== 'not-owner' && issuer.kind !== 'unreachable') return [];
  return [
    person(
      'provider-trouble',
      issuerTrouble(issuer),
      'Fix that first; nothing at the provider was looked at.',
    ),
  ];
}

function ofEndpoints({ endpoints }: Facts, versions: readonly (Version | undefined)[]): Finding[] {
  const refusals = versions.flatMap((one) => endpoints.get(one?.versionId ?? '')?.refusal ?? []);
  const known = new Map(refusals.map((refusal) => [refusal.state, refusal]));
  return [...known.values()].map(({ state, nextAction }) => person('endpoint-changed', state, nextAction));
}

function ofPending(facts: Facts): Finding[] {
  const pending = pendingIn(facts);
  if (!pending) return [];
  const quiet = quietFrom(pending, facts);
  const wasCurrent = pending.labels.includes('AWSPREVIOUS');
  if (quiet > facts.now && !wasCurrent) {
    const state = 'A rotation is under way, or failed a moment ago.';
    return [person('rotation-under-way', state, `Look again after ${new Date(quiet).toISOString()}.`)];
  }
  return [
    {
      code: 'pending-stuck',
      state: `AWSPENDING stands on version ${pending.versionId}, whose rotation ended long ago; it blocks every other.`,
      nextAction: wasCurrent
        ? 'Take the label off; its credential was current before, and stays.'
        : 'Revoke its credential, which never was current, and take the label off.',
      fix: wasCurrent || isReached(facts.issuer) ? nextDrop(facts, pending) : null,
    },
  ];
}

/** Whose the credential is cannot be told before the trouble with its provider is fixed. */
function isReached({ kind }: Facts['issuer']): boolean {
  return kind !== 'not-owner' && kind !== 'unreachable';
}

function ofIssued({ issuer, versions }: Facts, current: Version | undefined): Finding[] {
  if (issuer.kind !== 'issuing') return [];
  const held = new Set(versions.map(({ id }) => id));
  const { own, orphans, limit, issued } = issuer;
  const lost = orphans.filter((id) => id !== current?.id);
  const foreign = issued.filter(({ id }) => id !== current?.id && !own.has(id) && !lost.includes(id));
  const told = limit === null ? foreign.filter(({ id }) => held.has(id)) : foreign;
  const full = limit !== null && issued.length >= limit ? ' It takes the place that a rotation needs.' : '';
  return [
    ...lost.map((id): Finding => {
      const state = `Credential ${id} was made by a rotation that died before its password was stored.`;
      return { code: 'orphan', state, nextAction: 'Remove it.', fix: { step: 'remove', id } };
    }),
    ...told.map(({ id }) => ofForeign(id, held.has(id), full)),
  ];
}

function ofForeign(id: string, isHeld: boolean, full: string): Finding {
  const state = isHeld
    ? `Keyturn did not make credential ${id}, which a version of the secret names, and will not retire it.${full}`
    : `Keyturn did not make credential ${id}.${full}`;
  return person('not-ours', state, 'Find its owner; remove it by hand.');
}

function ofSchedule({ secret, issuer, now }: Facts): Finding[] {
  if (issuer.kind === 'none' || issuer.kind === 'manual') return [];
  if (!secret.rotationEnabled) {
    const state = 'No rotation is scheduled for this secret.';
    return [{ code: 'no-schedule', state, nextAction: 'Schedule it.', fix: { step: 'enable-schedule' } }];
  }
  if (secret.nextRotationAt === null || secret.nextRotationAt > now) return [];
  const due = new Date(secret.nextRotationAt).toISOString();
  return [person('overdue', `The rotation of ${due} has not been done.`, 'keyturn rotate does it now.')];
}
