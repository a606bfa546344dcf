import type { Deactivation } from '../ledger/ledger.ts';
import type { IssuedCredential } from './provider.ts';

export interface RetirementFacts {
  /** Milliseconds since 1970, as all times here. */
  readonly now: number;
  readonly issued: readonly IssuedCredential[];
  /** The credential in AWSCURRENT. */
  readonly currentId: string | null;
  /** Credentials in any other labelled version: a pending one is not ours to touch. */
  readonly pendingIds: ReadonlySet<string>;
  /** Credentials that this secret held or that the ledger saw minted for it. */
  readonly ownIds: ReadonlySet<string>;
  /** When the current credential was promoted. */
  readonly promotedAt: number;
  readonly deactivations: readonly Deactivation[];
  readonly overlapMs: number;
  readonly soakMs: number;
}

/** What is to be done with one credential that is not current, and why. */
export type Retirement =
  | {
      readonly id: string;
      readonly action: 'wait';
      readonly reason: 'overlap' | 'in-use' | 'soak';
      readonly until: number;
    }
  | { readonly id: string; readonly action: 'leave'; readonly reason: 'pending' | 'not-ours' }
  | { readonly id: string; readonly action: 'deactivate' | 'reactivate' | 'begin-soak' | 'remove' };

export type RetirePlan =
  | { readonly kind: 'plan'; readonly retirements: readonly Retirement[] }
  /** The current credential is not among the live ones: nothing is retired, a person must look. */
  | { readonly kind: 'current-not-active' };

/**
 * Overlap, then proof of disuse, then deactivate, soak, and remove; used again while inactive: reactivate.
 * Never touches the current credential, a pending one, or one that is not provably ours.
 */
export function planRetirement(facts: RetirementFacts): RetirePlan {
  const current = facts.issued.find(({ id }) => id === facts.currentId);
  if (!current?.active) return { kind: 'current-not-active' };
  const others = facts.issued.filter(({ id }) => id !== facts.currentId);
  return { kind: 'plan', retirements: others.map((key) => retire(key, facts)) };
}

function retire(key: IssuedCredential, facts: RetirementFacts): Retirement {
  if (facts.pendingIds.has(key.id)) return { id: key.id, action: 'leave', reason: 'pending' };
  if (!facts.ownIds.has(key.id)) return { id: key.id, action: 'leave', reason: 'not-ours' };
  return key.active ? retireActive(key, facts) : retireInactive(key, facts);
}

function retireActive({ id, lastUsedAt }: IssuedCredential, facts: RetirementFacts): Retirement {
  const { now, promotedAt, overlapMs } = facts;
  const overlapEnds = promotedAt + overlapMs;
  if (now < overlapEnds) return { id, action: 'wait', reason: 'overlap', until: overlapEnds };
  // Disuse is proven when the overlap has passed once more without a use.
  const quietAt = (lastUsedAt ?? 0) + overlapMs;
  const usedSince = lastUsedAt !== null && lastUsedAt > promotedAt;
  if (usedSince && now < quietAt) return { id, action: 'wait', reason: 'in-use', until: quietAt };
  return { id, action: 'deactivate' };
}

function retireInactive({ id, lastUsedAt }: IssuedCredential, facts: RetirementFacts): Retirement {
  const { now, soakMs, deactivations } = facts;
  const deactivatedAt = deactivations.find(({ accessKeyId }) => accessKeyId === id)?.deactivatedAt;
  // Somebody else deactivated it, or we crashed before the ledger knew: the soak begins now.
  if (deactivatedAt === undefined) return { id, action: 'begin-soak' };
  if (lastUsedAt !== null && lastUsedAt > deactivatedAt) return { id, action: 'reactivate' };
  const soaked = deactivatedAt + soakMs;
  return now < soaked ? { id, action: 'wait', reason: 'soak', until: soaked } : { id, action: 'remove' };
}
