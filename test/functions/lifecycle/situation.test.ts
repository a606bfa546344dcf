import { describe, expect, it } from 'vitest';
import { overdueFrom, overdueSince } from '../../../functions/lifecycle/situation.ts';
import type { RotationSchedule } from '../../../functions/secrets/description.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const ROTATED = Date.parse('2026-11-01T06:00:00Z');

const schedule = (part: Partial<RotationSchedule> = {}): RotationSchedule => ({
  enabled: true,
  everyDays: 30,
  window: null,
  lastRotatedAt: ROTATED,
  nextRotationAt: null,
  ...part,
});

describe('a rotation is overdue', () => {
  it.each([
    ['the whole day of a schedule without a window', null, DAY],
    ['the window', '3h', 3 * HOUR],
    ['the window of two digits', '12h', 12 * HOUR],
    ['the whole day of a window that nobody understands', '3 hours', DAY],
    ['the whole day of one with something before it', 'P3h', DAY],
    ['the whole day of one with something behind it', '3h30m', DAY],
  ])('when its interval and %s are over, not a millisecond sooner', (_, window, windowMs) => {
    const closed = ROTATED + 30 * DAY + windowMs;
    expect(overdueFrom(schedule({ window }))).toBe(closed);
    expect(overdueSince(schedule({ window }), closed)).toBeNull();
    expect(overdueSince(schedule({ window }), closed + 1)).toBe(closed);
  });

  it('also when Secrets Manager has moved its own date on without rotating', () => {
    const moved = schedule({ nextRotationAt: ROTATED + 90 * DAY });
    expect(overdueSince(moved, ROTATED + 32 * DAY)).toBe(ROTATED + 31 * DAY);
  });

  it('by the date of Secrets Manager when it never rotated', () => {
    const never = schedule({ lastRotatedAt: null, nextRotationAt: ROTATED });
    expect(overdueSince(never, ROTATED + DAY)).toBeNull();
    expect(overdueSince(never, ROTATED + DAY + 1)).toBe(ROTATED + DAY);
  });
});

describe('a rotation is never overdue', () => {
  it.each([
    ['is turned off', schedule({ enabled: false })],
    ['has neither rotated nor a date', schedule({ lastRotatedAt: null })],
    ['has an interval that nobody knows, and no date', schedule({ everyDays: null })],
  ])('when it %s', (_, given) => {
    expect(overdueFrom(given)).toBeNull();
    expect(overdueSince(given, ROTATED + 1000 * DAY)).toBeNull();
  });
});
