import { expect, it } from 'vitest';
import { longUnread } from '../../../../functions/audit/subjects/account.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.parse('2026-11-24T06:00:00Z');
const secret = (arn: string, created: number | null, accessed: number | null) => ({
  arn,
  createdAt: created === null ? null : NOW - created * DAY,
  lastAccessedAt: accessed === null ? null : NOW - accessed * DAY,
});

it('names the secrets that nobody has read for 90 days', () => {
  const secrets = [
    secret('read yesterday', 400, 1),
    secret('read long ago', 400, 91),
    secret('never read', 400, null),
    secret('new and never read', 5, null),
    secret('without dates', null, null),
  ];
  expect(longUnread(secrets, NOW)).toEqual({ 'read long ago': NOW - 91 * DAY, 'never read': null });
});
