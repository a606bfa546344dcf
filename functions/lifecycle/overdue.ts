const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** A schedule in days has the rest of its day (UTC). Source: Secrets Manager user guide, "Rotation windows". */
const WHOLE_DAY_MS = DAY_MS;

/** When Secrets Manager shall rotate a secret and when it did; times in milliseconds since 1970. */
export interface RotationSchedule {
  readonly enabled: boolean;
  /** Secrets Manager works it out of any schedule after each rotation (API_RotationRulesType). */
  readonly everyDays: number | null;
  /** `Duration` of the rules, as in `3h`. */
  readonly window: string | null;
  readonly lastRotatedAt: number | null;
  readonly nextRotationAt: number | null;
}

/** When the window of a rotation closed that has not happened; null when none is missing. */
export function overdueSince(schedule: RotationSchedule, now: number): number | null {
  const dueAt = schedule.enabled ? due(schedule) : null;
  if (dueAt === null) return null;
  const closedAt = dueAt + windowMs(schedule.window);
  return now > closedAt ? closedAt : null;
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
  const [, hours] = /^(\d+)h$/.exec(window ?? '') ?? [];
  return hours ? Number(hours) * HOUR_MS : WHOLE_DAY_MS;
}
