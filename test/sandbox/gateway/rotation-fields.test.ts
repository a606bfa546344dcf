import { expect, test } from 'vitest';
import { rotationFields } from '../../../sandbox/gateway/rotation-fields.ts';

const DAY = 24 * 60 * 60;
const configured = { enabled: true, functionArn: 'arn:function', changedAt: 1_000_000 };

test('a secret that was never configured for rotation has no rotation fields, not even RotationEnabled', () => {
  expect(rotationFields(undefined)).toEqual({});
});

test.each([
  [{ AutomaticallyAfterDays: 30 }, 30 * DAY],
  [{ ScheduleExpression: 'rate(10 days)' }, 10 * DAY],
  [{ ScheduleExpression: 'rate(4 hours)' }, 4 * 60 * 60],
])('the next rotation of %j counts from the last one', (rules, interval) => {
  expect(rotationFields({ ...configured, rules, lastRotatedAt: 5_000_000 })).toEqual({
    RotationEnabled: true,
    RotationLambdaARN: 'arn:function',
    RotationRules: rules,
    LastRotatedDate: 5_000,
    NextRotationDate: 5_000 + interval,
  });
});

test('before the first rotation the next one counts from the configuration', () => {
  const rules = { AutomaticallyAfterDays: 1 };
  expect(rotationFields({ ...configured, rules })).toMatchObject({ NextRotationDate: 1_000 + DAY });
});

test('a cancelled rotation is shown as disabled and has no next date', () => {
  const fields = rotationFields({ ...configured, enabled: false, rules: { AutomaticallyAfterDays: 1 } });
  expect(fields).toMatchObject({ RotationEnabled: false });
  expect(fields).not.toHaveProperty('NextRotationDate');
});
