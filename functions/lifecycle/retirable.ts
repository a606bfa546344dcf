import { RETIRE_EVERY_MINUTES } from '../observe/names.ts';
import type { IssuedCredential } from '../providers/provider.ts';
import type { Deactivation, Mint } from '../table/items.ts';
import { endOf, SETTLING_MS } from './lease.ts';
import type { Ownership } from './ownership.ts';
import { labelled, type Snapshot, type Version, wasCurrent } from './snapshot.ts';

/** How long a replaced credential is left alone, and how long one that was switched off can be brought back (ms). */
export interface Waits {
  readonly overlapMs: number;
  readonly soakMs: number;
}

/** What the rule looks at; times in milliseconds since 1970. */
export type RetirementView = Pick<
  Snapshot,
  'now' | 'secret' | 'versions' | 'issuer' | 'mints' | 'deactivations'
> &
  Ownership &
  Waits;

/** The last use of a replaced credential, for its owner to find out who still has it. */
export interface Use {
  readonly lastUsedAt: number | null;
  /** `ses-smtp` is a login at Amazon SES; the key may also have been used for another service. */
  readonly lastUsedBy: string | null;
}

/** What is to be done with one credential that is not current, and why. */
export type Retirement =
  | {
      readonly id: string;
      readonly action: 'wait';
      readonly reason: 'overlap' | 'soak';
      readonly until: number;
    }
  | ({
      readonly id: string;
      readonly action: 'wait';
      readonly reason: 'in-use';
      readonly until: number;
    } & Use)
  | { readonly id: string; readonly action: 'leave'; readonly reason: 'pending' | 'not-ours' }
  | ({ readonly id: string; readonly action: 'reactivate' } & Use)
  | { readonly id: string; readonly action: 'remove'; readonly reason: 'disused' | 'orphan' }
  | { readonly id: string; readonly action: 'deactivate' | 'begin-soak' | 'confirm-refusal' };

export type RetirePlan =
  | { readonly kind: 'plan'; readonly retirements: readonly Retirement[] }
  /** The current credential is not among the live ones: nothing is retired, a person must look. */
  | { readonly kind: 'current-not-active' };

/** A provider may let in a removed credential for a while; so long (ms) after that it must not. */
const REVOCATION_MS = 15 * 60_000;

/** What is due is done by the next look, which takes some minutes to come to it where much is due (ms). */
export const DONE_WITHIN_MS = (RETIRE_EVERY_MINUTES + 5) * 60_000;

/**
 * Overlap, then proof of disuse, then deactivate, soak, and remove; used again while inactive: reactivate. Where nothing
 * can be deactivated: overlap and soak, then remove. Never touches the current credential, a pending one, or one that is
 * not provably ours.
 *
 * A replaced key that nobody uses is inactive after `overlapMs` and one look, so for no longer does the user have two active
 * keys (CIS AWS Foundations 1.13); one in use is active `overlapMs` longer than its last use.
 */
export function planRetirement(view: RetirementView): RetirePlan {
  const issued = issuedIn(view);
  const currentId = currentIdIn(view);
  const current = issued.find(({ id }) => id === currentId);
  if (currentId !== null && view.issuer.kind === 'issuing' && !current?.active)
    return { kind: 'current-not-active' };
  const others = issued.filter(({ id }) => id !== currentId && (currentId !== null || view.orphans.has(id)));
  return { kind: 'plan', retirements: [...others.map((one) => retire(one, view)), ...removed(view)] };
}

function issuedIn({ issuer }: RetirementView): readonly IssuedCredential[] {
  return issuer.kind === 'issuing' ? issuer.issued : [];
}

/** Null before the first rotation. */
function currentIdIn(view: RetirementView): string | null {
  return labelled('AWSCURRENT', view)?.id ?? null;
}

/** The later of the last rotation and the current version's own birth; a version is never promoted before it exists. */
export function promotedAt(lastRotatedAt: number | null, storedAt: number | null): number {
  return Math.max(lastRotatedAt ?? 0, storedAt ?? 0);
}

function promotedIn(view: RetirementView): number {
  // Stryker disable next-line OptionalChaining: nothing is replaced before a version is current
  return promotedAt(view.secret.lastRotatedAt, labelled('AWSCURRENT', view)?.createdAt ?? null);
}

function retire(one: IssuedCredential, view: RetirementView): Retirement {
  const { id } = one;
  if (isPending(id, view)) return { id, action: 'leave', reason: 'pending' };
  if (view.orphans.has(id)) return { id, action: 'remove', reason: 'orphan' };
  if (!view.own.has(id)) return { id, action: 'leave', reason: 'not-ours' };
  return one.active ? retireActive(one, view) : retireInactive(one, view);
}

/** In AWSPENDING, or on its way there. */
function isPending(id: string, view: RetirementView): boolean {
  const attempt = view.attempts.get(id);
  if (attempt && isBeingStored(attempt, view)) return true;
  return view.versions.some((one) => one.id === id && isOpen(one));
}

function isOpen(version: Version): boolean {
  return version.labels.includes('AWSPENDING') && !wasCurrent(version);
}

/**
 * By its attempt, when somebody may be about to store it, or has done so since the secret was read: that comes first, and the
 * provider's list and the ledger later.
 */
function isBeingStored(attempt: Mint, view: RetirementView): boolean {
  if (attempt.credentialId === null) return endOf(attempt) > view.now;
  const version = versionOf(attempt, view);
  return version !== undefined && isOpen(version) && version.content === 'empty';
}

function versionOf({ token }: Mint, { versions }: RetirementView): Version | undefined {
  return versions.find(({ versionId }) => versionId === token);
}

function retireActive(one: IssuedCredential, view: RetirementView): Retirement {
  const { id, lastUsedAt, lastUsedBy } = one;
  const { overlapEnds, quietAt } = disusedFrom(one, view);
  if (view.now < overlapEnds) return { id, action: 'wait', reason: 'overlap', until: overlapEnds };
  if (view.now < quietAt) {
    return { id, action: 'wait', reason: 'in-use', until: quietAt, lastUsedAt, lastUsedBy };
  }
  return isReversible(view) ? { id, action: 'deactivate' } : { id, action: 'remove', reason: 'disused' };
}

function isReversible({ issuer }: RetirementView): boolean {
  // Stryker disable next-line ConditionalExpression: no other issuer has it
  return issuer.kind === 'issuing' && issuer.reversible;
}

/** Disuse is proven when the overlap is over, and has passed once more without a use. */
function disusedFrom(one: IssuedCredential, view: RetirementView) {
  const { overlapMs, soakMs, attempts } = view;
  // One newer than the current is not replaced but of a rotation that may be under way.
  const attempt = attempts.get(one.id);
  const replacedAt = Math.max(promotedIn(view), attempt?.startedAt ?? 0);
  // Before that it may be of a rotation that began after the secret was read.
  const seenFrom = attempt && !versionOf(attempt, view) ? endOf(attempt) + SETTLING_MS : 0;
  const overlapEnds = Math.max(seenFrom, replacedAt + overlapMs + (isReversible(view) ? 0 : soakMs));
  const quietAt = isUsedSince(promotedIn(view), one) ? (one.lastUsedAt ?? 0) + overlapMs : 0;
  return { overlapEnds, quietAt };
}

function retireInactive(one: IssuedCredential, view: RetirementView): Retirement {
  const { id, lastUsedAt, lastUsedBy } = one;
  const record = recordOf(one, view);
  // Somebody else deactivated it: the soak begins now.
  if (record === undefined) return { id, action: 'begin-soak' };
  if (isUsedAgain(one, record, view)) return { id, action: 'reactivate', lastUsedAt, lastUsedBy };
  const until = soakedAt(record, view);
  return view.now < until
    ? { id, action: 'wait', reason: 'soak', until }
    : { id, action: 'remove', reason: 'disused' };
}

/**
 * What its last replacement has left. A record from before the current one was made is of an earlier replacement: it has
 * been in use again since, until that one took its place. Quarantine outlasts this. Providers that can switch off have two
 * places, so no third one can soak from before that.
 */
function recordOf({ id }: IssuedCredential, view: RetirementView): Deactivation | undefined {
  const current = issuedIn(view).find((one) => one.id === currentIdIn(view));
  // Stryker disable next-line OptionalChaining: without a current one only orphans are retired
  const since = current?.createdAt ?? 0;
  return view.deactivations.find(
    ({ credentialId, deactivatedAt, quarantined }) =>
      credentialId === id && (quarantined === true || deactivatedAt >= since),
  );
}

/** A removal that a crash cut short goes on at once. */
function soakedAt({ removedAt, deactivatedAt }: Deactivation, { soakMs }: Waits): number {
  return removedAt ?? deactivatedAt + soakMs;
}

/** Its provider tells of a use with some delay: one that would have kept it active counts, too. */
function isUsedAgain(one: IssuedCredential, record: Deactivation, view: RetirementView): boolean {
  const since = Math.max(promotedIn(view), record.deactivatedAt - view.overlapMs);
  return record.quarantined !== true && isUsedSince(since, one);
}

function isUsedSince(time: number, { lastUsedAt }: IssuedCredential): boolean {
  return (lastUsedAt ?? 0) > time;
}

/**
 * From when a credential that is not current may be removed, if nobody uses it from now on; null: not by us.
 */
export function goneAt(one: IssuedCredential, view: RetirementView): number | null {
  const { now, overlapMs } = view;
  const plan = planRetirement(view);
  const retirement = plan.kind === 'plan' ? plan.retirements.find(({ id }) => id === one.id) : undefined;
  switch (retirement?.action) {
    case 'remove':
      return now;
    case 'deactivate':
    case 'begin-soak':
      return soaked(now, view);
    case 'reactivate':
      return soaked(Math.max(now, (one.lastUsedAt ?? 0) + overlapMs), view);
    case 'wait':
      return one.active ? endOfUse(one, view) : retirement.until;
    default:
      return null;
  }
}

function endOfUse(one: IssuedCredential, view: RetirementView): number {
  const { overlapEnds, quietAt } = disusedFrom(one, view);
  const disusedAt = Math.max(overlapEnds, quietAt);
  return isReversible(view) ? soaked(disusedAt, view) : disusedAt;
}

/** A soak begins with the look that switches it off, some time after that is due; without one there is nothing to wait for. */
function soaked(disusedAt: number, { soakMs }: Waits): number {
  return soakMs === 0 ? disusedAt : disusedAt + DONE_WITHIN_MS + soakMs;
}

/** From when one that was replaced then, and that nobody uses, must not be active any more. */
export function inactiveFrom(replacedAt: number, { overlapMs }: Pick<Waits, 'overlapMs'>): number {
  return replacedAt + overlapMs + DONE_WITHIN_MS;
}

/** From when it must not let anybody in any more. */
export function refusedFrom(replacedAt: number, waits: Waits): number {
  return inactiveFrom(replacedAt, waits) + waits.soakMs + REVOCATION_MS;
}

/** Those that are gone, and of which no server was seen to refuse the password yet. */
function removed(view: RetirementView): readonly Retirement[] {
  return unconfirmed(view)
    .filter(({ from }) => view.now >= from)
    .map(({ id }) => ({ id, action: 'confirm-refusal' }));
}

/** `from` when it must be refused. */
function unconfirmed(view: RetirementView) {
  const { versions, deactivations } = view;
  return deactivations
    .filter(({ credentialId, refused }) => versions.some(({ id }) => id === credentialId) && refused !== true)
    .filter(({ credentialId }) => issuedIn(view).every(({ id }) => id !== credentialId))
    .flatMap(({ credentialId: id, removedAt }) =>
      // Stryker disable next-line ConditionalExpression,ArrayDeclaration: no time is later than NaN, nor sooner
      removedAt === undefined ? [] : [{ id, from: removedAt + REVOCATION_MS }],
    );
}

/** How long (ms) after a login that proved nothing the next one is tried. */
const TRY_AGAIN_MS = 60 * 60_000;

/** What was done, and how its one login ended where it has one. */
export type Done = Retirement & { readonly login?: 'refused' | 'accepted' | 'unknown' };

/** When the next thing is due, once these have been done; null when nothing is. */
export function nextLookAt(view: RetirementView, done: readonly Done[]): number | null {
  const later = unconfirmed(view).flatMap(({ from }) => (from > view.now ? [from] : []));
  const times = [...done.flatMap((one) => nextOf(one, view) ?? []), ...later];
  return times.length === 0 ? null : Math.min(...times);
}

function nextOf(done: Done, { now, overlapMs, soakMs, versions }: RetirementView): number | null {
  switch (done.action) {
    case 'wait':
      return done.until;
    // Stryker disable next-line StringLiteral: undefined is no date either
    case 'leave':
      return null;
    case 'deactivate':
    case 'begin-soak':
      return now + soakMs;
    case 'reactivate':
      return Math.max(now, (done.lastUsedAt ?? now) + overlapMs);
    case 'remove':
      return versions.some(({ id }) => id === done.id) ? now + REVOCATION_MS : null;
    case 'confirm-refusal':
      return done.login === 'refused' ? null : now + TRY_AGAIN_MS;
  }
}
