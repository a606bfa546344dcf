import type { ManagedSecret } from '../../secrets/store.ts';
import type { UnreadSecrets } from './account.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The limit of AWS Config's and Security Hub's own rule on unused secrets. */
export const UNUSED_DAYS = 90;

/**
 * Those that nobody has read for long, by a date that the first read of the audit itself moves to today: so as they were
 * listed before it. `now` in milliseconds since 1970.
 */
export function longUnread(
  secrets: readonly Pick<ManagedSecret, 'arn' | 'createdAt' | 'lastAccessedAt'>[],
  now: number,
): UnreadSecrets {
  const limit = now - UNUSED_DAYS * DAY_MS;
  const unread = secrets.filter(
    ({ createdAt, lastAccessedAt }) => (lastAccessedAt ?? createdAt ?? limit) < limit,
  );
  return Object.fromEntries(unread.map(({ arn, lastAccessedAt }) => [arn, lastAccessedAt]));
}
