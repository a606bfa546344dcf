import type { RotationSchedule } from '../secrets/description.ts';
import { type Ownership, ownershipIn } from './ownership.ts';
import { planRetirement, type RetirePlan, type Waits } from './retirable.ts';
import type { Snapshot } from './snapshot.ts';
import { type PendingState, pendingState } from './stuck.ts';

/** What the deployment has for all credentials. */
interface Settings extends Waits {
  /**
   * ARN of its rotation function. Absent where it is not asked whether that rotates the secret: in retirement, and in that
   * function, which Secrets Manager invokes by this very ARN.
   */
  readonly rotateFunction?: string | undefined;
}

/** A snapshot, and what follows from it by the rules beside this file; each question has its one answer here. */
export interface Situation extends Snapshot, Ownership, Settings {
  readonly pending: PendingState;
  readonly retirement: RetirePlan;
  /** When the window of a rotation closed that has not happened (ms since 1970); null when none is missing. */
  readonly overdueSince: number | null;
}

export function situationOf(snapshot: Snapshot, { overlapMs, soakMs, rotateFunction }: Settings): Situation {
  const owned = { ...snapshot, ...ownershipIn(snapshot), overlapMs, soakMs, rotateFunction };
  return {
    ...owned,
    pending: pendingState(snapshot),
    retirement: planRetirement(owned),
    overdueSince: overdueSince(snapshot.secret.schedule, snapshot.now),
  };
}

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** A schedule in days has the rest of its day (UTC). Source: Secrets Manager user guide, "Rotation windows". */
const WHOLE_DAY_MS = DAY_MS;

/** When the window of the next rotation closes: after that it is missing. Null when none is planned. */
export function overdueFrom(schedule: RotationSchedule): number | null {
  const dueAt = schedule.enabled ? due(schedule) : null;
  return dueAt === null ? null : dueAt + windowMs(schedule.window);
}

/** When the window of a rotation closed that has not happened; null when none is missing. */
export function overdueSince(schedule: RotationSchedule, now: number): number | null {
  const closesAt = overdueFrom(schedule);
  // Stryker disable next-line ConditionalExpression: what never closes is null either way
  return closesAt !== null && now > closesAt ? closesAt : null;
}

/**
 * Worked out from the last rotation where there was one: the date that Secrets Manager plans moves on without it. A
 * secret that never rotated has only that date.
 */
function due({ everyDays, lastRotatedAt, nextRotationAt }: RotationSchedule): number | null {
  if (lastRotatedAt === null || everyDays === null) return nextRotationAt;
  return lastRotatedAt + everyDays * DAY_MS;
}

function windowMs(window: string | null): number {
  const hours = window?.match(/^(\d+)h$/)?.[1];
  return hours ? Number(hours) * HOUR_MS : WHOLE_DAY_MS;
}
