const LONG = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const SHORT = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' });
const DAY_MS = 24 * 60 * 60 * 1000;

/** "24 November 2026", in UTC like every date of the page. What is no date is shown as it stands. */
export function longDay(iso: string): string {
  return formatted(LONG, iso);
}

/** "24 Nov". */
export function shortDay(iso: string): string {
  return formatted(SHORT, iso);
}

/** "24 November 2026, 06:00 UTC". */
export function moment(iso: string): string {
  return isDate(iso) ? `${longDay(iso)}, ${formatted(TIME, iso)} UTC` : iso;
}

/** Whole days from one date to another, negative once it has passed. */
export function daysBetween(from: string, to: string): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** When a finding that stands was first seen, as words that begin with a small letter: "since 7 May 2026", or "new". */
export function standing(firstSeenAt: string, startedAt: string): string {
  return Date.parse(firstSeenAt) < Date.parse(startedAt) ? `since ${longDay(firstSeenAt)}` : 'new';
}

/** Of a certificate's days, in words. */
export function left(days: number): string {
  if (days < 0) return days === -1 ? 'expired yesterday' : `expired ${-days} days ago`;
  return days === 1 ? '1 day left' : `${days} days left`;
}

function formatted(format: Intl.DateTimeFormat, iso: string): string {
  return isDate(iso) ? format.format(new Date(iso)) : iso;
}

function isDate(iso: string): boolean {
  return !Number.isNaN(Date.parse(iso));
}
