import { known, missing } from '../../../../functions/audit/check.ts';
import type { RotationSchedule } from '../../../../functions/secrets/description.ts';
import { DAY, HOUR, NOW, withAccount, withAws, withDescription } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const rotated = (days: number, next: number | null = NOW + 20 * DAY) =>
  withDescription({ lastRotatedAt: NOW - days * DAY, nextRotationAt: next });

/** As Secrets Manager describes it. */
const scheduled = (changes: Partial<RotationSchedule>) =>
  withDescription({
    rotationEnabled: changes.enabled ?? true,
    schedule: {
      enabled: true,
      everyDays: 30,
      window: null,
      lastRotatedAt: null,
      nextRotationAt: null,
      ...changes,
    },
  });
const MINUTE = HOUR / 60;
const MANUAL = {
  content: known({
    kind: 'seed' as const,
    endpoint: { host: 'mail.example.com', port: 465, security: 'tls' as const },
    provider: { type: 'manual' as const },
  }),
};

export const secretCases: Cases = {
  'secret.rotation-enabled': [
    ['enabled', {}, 'pass'],
    ['disabled', withDescription({ rotationEnabled: false }), 'fail'],
    ['never configured', withDescription({ rotationEnabled: null }), 'fail'],
  ],
  'secret.rotation-age': [
    ['young', {}, 'pass'],
    ['older than the deployment allows, and no rotation planned', rotated(32, null), 'fail'],
    [
      'nearly too old, and rotation switched off',
      withDescription({ lastRotatedAt: NOW - 26 * DAY, rotationEnabled: false }),
      'warn',
    ],
    ['on the day it is due', rotated(30.5, NOW + HOUR), 'pass'],
    ['on a longer schedule of its own', rotated(50), 'pass'],
    ['on a schedule beyond 90 days', rotated(92), 'fail'],
    ['never rotated', withDescription({ lastRotatedAt: null, createdAt: NOW - 200 * DAY }), 'fail'],
    ['without dates', withDescription({ lastRotatedAt: null, createdAt: null }), 'info'],
    ['on its last day', rotated(31, null), 'warn'],
    ['after 80 % of its time, and no rotation planned', rotated(24, null), 'pass'],
    ['a rotation that was due just now', rotated(25, NOW), 'warn', 'No rotation is planned.'],
  ],
  'secret.rotation-late': [
    ['in time', {}, 'pass'],
    ['overdue', scheduled({ nextRotationAt: NOW - DAY - 1 }), 'fail'],
    [
      'overdue, though Secrets Manager has moved its date on',
      scheduled({ lastRotatedAt: NOW - 32 * DAY }),
      'fail',
    ],
    ['stuck', withDescription({ stages: { current: ['AWSCURRENT'], next: ['AWSPENDING'] } }), 'fail'],
    [
      'running now',
      withDescription({
        stages: { current: ['AWSCURRENT'], next: ['AWSPENDING'] },
        lastChangedAt: NOW - 20 * MINUTE + 1,
      }),
      'info',
    ],
    [
      'waiting for the person who makes the credential, for days',
      {
        ...withDescription({
          stages: { current: ['AWSCURRENT'], next: ['AWSPENDING'] },
          lastChangedAt: NOW - 7 * DAY + 1,
        }),
        ...MANUAL,
      },
      'info',
      'waits for a person',
    ],
    [
      'waiting for that person longer than anybody would',
      {
        ...withDescription({
          stages: { current: ['AWSCURRENT'], next: ['AWSPENDING'] },
          lastChangedAt: NOW - 7 * DAY,
        }),
        ...MANUAL,
      },
      'fail',
    ],
    [
      'both labels on one version',
      withDescription({ stages: { current: ['AWSCURRENT', 'AWSPENDING'] } }),
      'pass',
    ],
    ['not enabled', scheduled({ enabled: false }), 'not-applicable'],
    ['due today', scheduled({ nextRotationAt: NOW - DAY }), 'pass'],
    ['no date of the next rotation', scheduled({}), 'pass'],
    [
      'disabled, and its date has passed',
      scheduled({ enabled: false, nextRotationAt: NOW - 2 * DAY }),
      'not-applicable',
    ],
    [
      'a version that nobody has touched for as long as four steps may take',
      withDescription({
        stages: { current: ['AWSCURRENT'], next: ['AWSPENDING'] },
        lastChangedAt: NOW - 20 * MINUTE,
      }),
      'fail',
      'did not finish',
    ],
  ],
  'secret.cmk': [
    ['own key', {}, 'pass'],
    ['no key named', withDescription({ kmsKeyId: null }), 'warn'],
    ['the AWS managed key', withDescription({ kmsKeyId: 'alias/aws/secretsmanager' }), 'warn'],
    ['own key that nobody rotates', withAws({ key: known({ state: 'Enabled', rotates: false }) }), 'warn'],
    [
      'own key that is about to be deleted',
      withAws({ key: known({ state: 'PendingDeletion', rotates: false }) }),
      'fail',
    ],
    [
      'own key that may not be looked at',
      withAws({ key: missing('access-denied', 'AccessDeniedException') }),
      'access-denied',
    ],
    [
      'the AWS managed key, and no key to look at',
      {
        ...withDescription({ kmsKeyId: null }),
        ...withAws({ key: missing('not-reached', 'nothing to ask for') }),
      },
      'warn',
    ],
    [
      'the AWS managed key, by its ARN',
      withDescription({ kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:alias/aws/secretsmanager' }),
      'warn',
    ],
  ],
  'secret.recovery': [
    ['a previous version', {}, 'pass'],
    ['never rotated', withDescription({ lastRotatedAt: null, stages: { current: ['AWSCURRENT'] } }), 'pass'],
    ['rotated, no previous version', withDescription({ stages: { current: ['AWSCURRENT'] } }), 'warn'],
    ['scheduled for deletion', withDescription({ deletedAt: NOW + 7 * DAY }), 'fail'],
    ['the table cannot be put back', withAccount({ tableRecovery: known(false) }), 'warn'],
    [
      'the backups of the table may not be read',
      withAccount({ tableRecovery: missing('access-denied', 'AccessDeniedException') }),
      'access-denied',
    ],
    [
      'scheduled for deletion, with its date',
      withDescription({ deletedAt: NOW + DAY }),
      'fail',
      'on 2026-11-25.',
    ],
  ],
};
