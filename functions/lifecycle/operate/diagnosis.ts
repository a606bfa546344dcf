import type { LoginResult } from '../../smtp/login-result.ts';
import { isForeign } from '../ownership.ts';
import { isPossible, type NotPossibleReason, type Possibility, possibleFrom } from '../possible-from.ts';
import type { Situation } from '../situation.ts';
import { isQuarantined, issuedFor, labelled, pendingIn, type Version } from '../snapshot.ts';
import { isStuck } from '../stuck.ts';
import { act, type Decision, finish, type Next, nameOf, nextDrop, type Progress } from './decision.ts';

/** Something about a secret that is not as it should be, in plain words, and what to do about it. */
export interface Issue {
  readonly code: IssueCode;
  readonly state: string;
  readonly nextAction: string;
  /** What `doctor` does about it when it may; null: a person has to. */
  readonly fix: Next | null;
  /** Of `rotation-not-possible` only, as `rotate` answers it. Milliseconds since 1970. */
  readonly reason?: NotPossibleReason;
  readonly possibleFrom?: number | null;
}

export const ISSUE_CODES = [
  'no-login-yet',
  'current-unusable',
  'current-refused',
  'current-unproven',
  'current-inactive',
  'current-missing',
  'current-quarantined',
  'rotation-not-possible',
  'endpoint-changed',
  'pending-stuck',
  'orphan',
  'not-ours',
  'no-schedule',
  'overdue',
] as const;
export type IssueCode = (typeof ISSUE_CODES)[number];

export interface Examined {
  readonly situation: Situation;
  /** What one login with the current credential proved; null without one to try. */
  readonly loginResult: LoginResult | null;
}

export interface Decided {
  readonly decision: Decision;
  readonly issues: readonly Issue[];
}

/** Says what is wrong; with `fix` it fixes, one issue at a time, what it safely can. */
export function decideDoctor(examined: Examined, { done }: Progress, fix: boolean): Decided {
  const issues = diagnose(examined);
  const [next] = fix ? issues.flatMap((issue) => untried(issue, done)) : [];
  if (next) return { decision: next, issues };
  return { decision: verdict(issues, done), issues };
}

/** What was tried and is still there is left to a person. */
function untried({ fix }: Issue, done: Progress['done']): Next[] {
  const isTried = fix?.kind === 'act' && done.has(nameOf(fix));
  return fix && !isTried ? [fix] : [];
}

function verdict(issues: readonly Issue[], done: Progress['done']): Decision {
  const fixed = done.size > 0 ? ` ${done.size} changes were made.` : '';
  if (issues.length > 0)
    return finish('issues', `${issues.length} ${issues.length === 1 ? 'issue' : 'issues'}.${fixed}`);
  return done.size > 0
    ? finish('fixed', `Nothing is wrong any more.${fixed}`)
    : finish('healthy', 'Nothing is wrong.');
}

/** What is wrong with a secret; nothing is when the list is empty. What matters most comes first. */
export function diagnose({ situation, loginResult }: Examined): Issue[] {
  const current = labelled('AWSCURRENT', situation);
  const possibility = possibleFrom(situation, null);
  return [
    ...ofCurrent(situation, current, { loginResult, possibility }),
    ...ofNextRotation(situation, possibility),
    ...ofEndpoints(pendingIn(situation)),
    ...ofPending(situation),
    ...ofIssued(situation, current),
    ...ofSchedule(situation),
  ];
}

function person(code: IssueCode, state: string, nextAction: string): Issue {
  return { code, state, nextAction, fix: null };
}

interface Known {
  readonly loginResult: LoginResult | null;
  readonly possibility: Possibility;
}

function ofCurrent(
  situation: Situation,
  current: Version | undefined,
  { loginResult, possibility }: Known,
): Issue[] {
  if (!current || current.content === 'empty') return [ofNoValue(situation, current, possibility)];
  if (current.content === 'seed') {
    return [person('no-login-yet', 'No credential has been made yet.', firstOne(possibility))];
  }
  if (current.content === 'malformed') {
    return [person('current-unusable', 'The current version is malformed.', wayBack(situation))];
  }
  return [...ofCurrentKey(situation, current), ...ofLogin(situation, loginResult)];
}

function firstOne(possibility: Possibility): string {
  const isUnscheduled = !possibility.possible && possibility.reason === 'not-set-up';
  return possibility.possible || isUnscheduled
    ? 'keyturn rotate makes the first one.'
    : 'A rotation, as soon as one is possible, makes the first one.';
}

function ofNoValue(situation: Situation, current: Version | undefined, possibility: Possibility): Issue {
  const isFirst = situation.versions.every(({ content }) => content === 'empty');
  if (isFirst) return person('no-login-yet', 'The secret has no value yet.', firstOne(possibility));
  const state = current
    ? 'AWSCURRENT is on a version without a value.'
    : 'No version is labelled AWSCURRENT.';
  return person('current-unusable', state, wayBack(situation));
}

/** The safe way out of a current version that does not work. */
function wayBack(situation: Situation): string {
  const previous = labelled('AWSPREVIOUS', situation);
  const usable = previous?.content === 'credential' && !isQuarantined(previous, situation);
  const exists = situation.issuer.kind !== 'issuing' || issuedFor(previous, situation) !== undefined;
  return usable && exists
    ? 'keyturn rollback goes back to the previous credential, once a login has proven it.'
    : 'keyturn rotate makes a new one; if the value is malformed, fix it by hand first.';
}

function ofCurrentKey(situation: Situation, current: Version): Issue[] {
  if (situation.issuer.kind !== 'issuing') return [];
  const key = issuedFor(current, situation);
  if (!key) {
    return [person('current-missing', `The provider has no credential ${current.id}.`, wayBack(situation))];
  }
  if (isQuarantined(current, situation)) {
    return [
      person('current-quarantined', 'The current credential was quarantined.', 'keyturn rotate replaces it.'),
    ];
  }
  if (key.active) return [];
  const state = `The current credential ${key.id} is switched off at the provider.`;
  if (isForeign(key.id, situation))
    return [person('current-inactive', state, 'Keyturn did not make it: have it switched on by hand.')];
  return [
    {
      code: 'current-inactive',
      state,
      nextAction: 'Switch it on.',
      fix: act({ step: 'reactivate', id: key.id }),
    },
  ];
}

function ofLogin(situation: Situation, loginResult: LoginResult | null): Issue[] {
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
      wayBack(situation),
    ),
  ];
}

/** Of a secret that nobody is to rotate, nobody expects that. */
const ONLY_WHERE_SCHEDULED: ReadonlySet<NotPossibleReason> = new Set(['no-provider', 'manual', 'not-set-up']);

function ofNextRotation(situation: Situation, possibility: Possibility): Issue[] {
  const { secret, now, issuer } = situation;
  if (possibility.possible || isPossible(possibility, now)) return [];
  const { reason, message, possibleFrom } = possibility;
  if (ONLY_WHERE_SCHEDULED.has(reason) && !secret.rotationEnabled) return [];
  const about = { code: 'rotation-not-possible', state: message, reason, possibleFrom } as const;
  if (reason === 'not-set-up' && issuer.kind !== 'manual') return [{ ...about, ...settingUp(situation) }];
  const nextAction =
    possibleFrom === null
      ? 'A person has to do that first.'
      : `keyturn rotate, from ${new Date(possibleFrom).toISOString()} on.`;
  return [{ ...about, nextAction, fix: null }];
}

/** Secrets Manager refuses it while AWSPENDING stands on a version that is not current. */
function settingUp({ pending }: Situation): Pick<Issue, 'nextAction' | 'fix'> {
  return pending.kind === 'none'
    ? { nextAction: 'Schedule it.', fix: act({ step: 'enable-schedule' }) }
    : { nextAction: 'Schedule it, as soon as AWSPENDING is gone.', fix: null };
}

/** Those of the current version stand in the way of the next rotation; these, in the way of the present one. */
function ofEndpoints(pending: Version | undefined): Issue[] {
  const refusal = pending?.endpoints.refusal;
  return refusal ? [person('endpoint-changed', refusal.state, refusal.nextAction)] : [];
}

function ofPending(situation: Situation): Issue[] {
  const { pending, now } = situation;
  if (pending.kind === 'none' || !isStuck(pending, now)) return [];
  const wasCurrent = pending.kind === 'ended';
  const state = `AWSPENDING stands on version ${pending.token}, whose rotation has ended; it blocks every other.`;
  const nextAction = wasCurrent
    ? 'Take the label off; its credential was current before, and stays.'
    : 'Revoke its credential, which never was current, and take the label off.';
  const isOurs = wasCurrent || pending.whose !== 'not-provable';
  return [
    { code: 'pending-stuck', state, nextAction, fix: isOurs ? nextDrop(situation, 'when-stuck') : null },
  ];
}

function ofIssued(situation: Situation, current: Version | undefined): Issue[] {
  const { issuer, versions, own, orphans } = situation;
  if (issuer.kind !== 'issuing') return [];
  const held = new Set(versions.map(({ id }) => id));
  const { limit, issued } = issuer;
  const lost = [...orphans].filter((id) => id !== current?.id);
  const foreign = issued.filter(({ id }) => id !== current?.id && !own.has(id) && !lost.includes(id));
  const told = limit === null ? foreign.filter(({ id }) => held.has(id)) : foreign;
  const full = limit !== null && issued.length >= limit ? ' It takes the place that a rotation needs.' : '';
  return [
    ...lost.map((id): Issue => {
      const state = `Credential ${id} was made by a rotation that died before its password was stored.`;
      return { code: 'orphan', state, nextAction: 'Remove it.', fix: act({ step: 'remove', id }) };
    }),
    ...told.map(({ id }) => ofForeign(id, held.has(id), full)),
  ];
}

function ofForeign(id: string, isHeld: boolean, full: string): Issue {
  const state = isHeld
    ? `Keyturn did not make credential ${id}, which a version of the secret names, and will not retire it.${full}`
    : `Keyturn did not make credential ${id}.${full}`;
  return person('not-ours', state, 'Find its owner; remove it by hand.');
}

function ofSchedule(situation: Situation): Issue[] {
  const { secret, issuer, overdueSince } = situation;
  if (issuer.kind === 'none' || issuer.kind === 'manual') return [];
  if (!secret.rotationEnabled) {
    const state = 'No rotation is scheduled for this secret.';
    return [{ code: 'no-schedule', state, ...settingUp(situation) }];
  }
  if (overdueSince === null) return [];
  const due = new Date(overdueSince).toISOString();
  return [
    person(
      'overdue',
      `The rotation that was due by ${due} has not been done.`,
      'keyturn rotate does it now.',
    ),
  ];
}
