import type { IssuedCredential, IssuingProvider } from '../../providers/provider.ts';
import type { Deactivation } from '../../table/items.ts';

export interface RetirementFacts {
  /** Milliseconds since 1970, as all times here. */
  readonly now: number;
  readonly provider: Pick<IssuingProvider, 'reversible'>;
  readonly issued: readonly IssuedCredential[];
  /** The credential in AWSCURRENT; null before the first rotation. */
  readonly currentId: string | null;
  /** Credentials in AWSPENDING, or about to be stored there: not ours to touch here. */
  readonly pendingIds: ReadonlySet<string>;
  /** Credentials that are provably this secret's (`ownIn`). */
  readonly ownIds: ReadonlySet<string>;
  /** Credentials whose password was lost in a crash (`orphansIn`). */
  readonly orphans: ReadonlySet<string>;
  /** Credentials of which a labelled version still has the password. */
  readonly knownIds: ReadonlySet<string>;
  /** When the current credential was promoted. */
  readonly promotedAt: number;
  /** When each of ours was made: one newer than the current is not replaced but of a rotation that may be under way. */
  readonly madeAt: ReadonlyMap<string, number>;
  readonly deactivations: readonly Deactivation[];
  readonly overlapMs: number;
  readonly soakMs: number;
}

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

/**
 * Overlap, then proof of disuse, then deactivate, soak, and remove; used again while inactive: reactivate. Where nothing
 * can be deactivated: overlap and soak, then remove. Never touches the current credential, a pending one, or one that is
 * not provably ours.
 *
 * A replaced key that nobody uses is inactive after `overlapMs` and one interval of the schedule, so for no longer does
 * the user have two active keys (CIS AWS Foundations 1.13); one in use is active `overlapMs` longer than its last use.
 */
export function planRetirement(facts: RetirementFacts): RetirePlan {
  const { issued, currentId, orphans } = facts;
  const current = issued.find(({ id }) => id === currentId);
  if (currentId !== null && !current?.active) return { kind: 'current-not-active' };
  const others = issued.filter(({ id }) => id !== currentId && (currentId !== null || orphans.has(id)));
  return { kind: 'plan', retirements: [...others.map((one) => retire(one, facts)), ...removed(facts)] };
}

function retire(one: IssuedCredential, facts: RetirementFacts): Retirement {
  const { id } = one;
  if (facts.pendingIds.has(id)) return { id, action: 'leave', reason: 'pending' };
  if (facts.orphans.has(id)) return { id, action: 'remove', reason: 'orphan' };
  if (!facts.ownIds.has(id)) return { id, action: 'leave', reason: 'not-ours' };
  return one.active ? retireActive(one, facts) : retireInactive(one, facts);
}

function retireActive(one: IssuedCredential, facts: RetirementFacts): Retirement {
  const { id, lastUsedAt, lastUsedBy } = one;
  const { now, provider, promotedAt, overlapMs, soakMs } = facts;
  const replacedAt = Math.max(promotedAt, facts.madeAt.get(id) ?? 0);
  const overlapEnds = replacedAt + overlapMs + (provider.reversible ? 0 : soakMs);
  if (now < overlapEnds) return { id, action: 'wait', reason: 'overlap', until: overlapEnds };
  // Disuse is proven when the overlap has passed once more without a use.
  const quietAt = (lastUsedAt ?? 0) + overlapMs;
  if (isUsedSince(promotedAt, one) && now < quietAt) {
    return { id, action: 'wait', reason: 'in-use', until: quietAt, lastUsedAt, lastUsedBy };
  }
  return provider.reversible ? { id, action: 'deactivate' } : { id, action: 'remove', reason: 'disused' };
}

function retireInactive(one: IssuedCredential, facts: RetirementFacts): Retirement {
  const { id, lastUsedAt, lastUsedBy } = one;
  const { now, soakMs, deactivations } = facts;
  const record = deactivations.find(({ credentialId }) => credentialId === id);
  // Somebody else deactivated it: the soak begins now.
  if (record === undefined) return { id, action: 'begin-soak' };
  if (!record.quarantined && isUsedAgain(one, record, facts)) {
    return { id, action: 'reactivate', lastUsedAt, lastUsedBy };
  }
  // A removal that a crash cut short goes on at once.
  const soaked = record.removedAt ?? record.deactivatedAt + soakMs;
  return now < soaked
    ? { id, action: 'wait', reason: 'soak', until: soaked }
    : { id, action: 'remove', reason: 'disused' };
}

/** Its provider tells of a use with some delay: one that would have kept it active counts, too. */
function isUsedAgain(
  one: IssuedCredential,
  { deactivatedAt }: Deactivation,
  facts: RetirementFacts,
): boolean {
  return isUsedSince(Math.max(facts.promotedAt, deactivatedAt - facts.overlapMs), one);
}

function isUsedSince(time: number, { lastUsedAt }: IssuedCredential): boolean {
  return (lastUsedAt ?? 0) > time;
}

function removed(facts: RetirementFacts): readonly Retirement[] {
  return unconfirmed(facts)
    .filter(({ from }) => facts.now >= from)
    .map(({ id }) => ({ id, action: 'confirm-refusal' }));
}

/** Those that are gone, and of which no server was seen to refuse the password yet; `from` when it must. */
function unconfirmed({ issued, deactivations, knownIds }: RetirementFacts) {
  return deactivations
    .filter(({ credentialId, refused }) => knownIds.has(credentialId) && refused !== true)
    .filter(({ credentialId }) => issued.every(({ id }) => id !== credentialId))
    .flatMap(({ credentialId: id, removedAt }) =>
      removedAt === undefined ? [] : [{ id, from: removedAt + REVOCATION_MS }],
    );
}

/** How long (ms) after a login that proved nothing the next one is tried. */
const TRY_AGAIN_MS = 60 * 60_000;

/** When the next thing is due, once these have been done; null when nothing is. */
export function nextLookAt(facts: RetirementFacts, done: readonly Done[]): number | null {
  const later = unconfirmed(facts).flatMap(({ from }) => (from > facts.now ? [from] : []));
  const times = [...done.flatMap((one) => nextOf(one, facts) ?? []), ...later];
  return times.length === 0 ? null : Math.min(...times);
}

/** What was done, and how its one login ended where it has one. */
export type Done = Retirement & { readonly login?: 'refused' | 'accepted' | 'unknown' };

function nextOf(done: Done, { now, overlapMs, soakMs, knownIds }: RetirementFacts): number | null {
  switch (done.action) {
    case 'wait':
      return done.until;
    case 'leave':
      return null;
    case 'deactivate':
    case 'begin-soak':
      return now + soakMs;
    case 'reactivate':
      return Math.max(now, (done.lastUsedAt ?? now) + overlapMs);
    case 'remove':
      return knownIds.has(done.id) ? now + REVOCATION_MS : null;
    case 'confirm-refusal':
      return done.login === 'refused' ? null : now + TRY_AGAIN_MS;
  }
}
