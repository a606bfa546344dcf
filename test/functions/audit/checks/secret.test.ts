import { secretChecks } from '../../../../functions/audit/checks/secret.ts';
import { DAY, HOUR, NOW, withDescription } from '../sound-facts.ts';
import { testChecks } from './table.ts';

const rotated = (days: number, next: number | null = NOW + 20 * DAY) =>
  withDescription({ lastRotatedAt: NOW - days * DAY, nextRotationAt: next });

testChecks(
  secretChecks,
  {
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
    ],
    'secret.rotation-late': [
      ['in time', {}, 'pass'],
      ['overdue', withDescription({ nextRotationAt: NOW - 2 * HOUR }), 'fail'],
      ['stuck', withDescription({ stages: { current: ['AWSCURRENT'], next: ['AWSPENDING'] } }), 'fail'],
      [
        'running now',
        withDescription({
          stages: { current: ['AWSCURRENT'], next: ['AWSPENDING'] },
          lastChangedAt: NOW - HOUR / 2,
        }),
        'info',
      ],
      [
        'both labels on one version',
        withDescription({ stages: { current: ['AWSCURRENT', 'AWSPENDING'] } }),
        'pass',
      ],
      ['not enabled', withDescription({ rotationEnabled: false, nextRotationAt: null }), 'not-applicable'],
    ],
    'secret.cmk': [
      ['own key', {}, 'pass'],
      ['no key named', withDescription({ kmsKeyId: null }), 'warn'],
      ['the AWS managed key', withDescription({ kmsKeyId: 'alias/aws/secretsmanager' }), 'warn'],
    ],
    'secret.recovery': [
      ['a previous version', {}, 'pass'],
      [
        'never rotated',
        withDescription({ lastRotatedAt: null, stages: { current: ['AWSCURRENT'] } }),
        'pass',
      ],
      ['rotated, no previous version', withDescription({ stages: { current: ['AWSCURRENT'] } }), 'warn'],
      ['scheduled for deletion', withDescription({ deletedAt: NOW + 7 * DAY }), 'fail'],
    ],
  },
  // DescribeSecret is answered before a credential is examined at all.
  ['secret.rotation-enabled', 'secret.rotation-age', 'secret.cmk', 'secret.recovery'],
);
