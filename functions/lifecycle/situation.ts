import { overdueSince } from './overdue.ts';
import { type Ownership, ownershipIn } from './ownership.ts';
import { planRetirement, type RetirePlan, type Waits } from './retirable.ts';
import type { Snapshot } from './snapshot.ts';
import { type PendingState, pendingState } from './stuck.ts';

/** A snapshot, and what follows from it by the rules beside this file; each question has its one answer here. */
export interface Situation extends Snapshot, Ownership, Waits {
  readonly pending: PendingState;
  readonly retirement: RetirePlan;
  /** When the window of a rotation closed that has not happened (ms since 1970); null when none is missing. */
  readonly overdueSince: number | null;
}

export function situationOf(snapshot: Snapshot, { overlapMs, soakMs }: Waits): Situation {
  const owned = { ...snapshot, ...ownershipIn(snapshot), overlapMs, soakMs };
  return {
    ...owned,
    pending: pendingState(snapshot),
    retirement: planRetirement(owned),
    overdueSince: overdueSince(snapshot.secret.schedule, snapshot.now),
  };
}
