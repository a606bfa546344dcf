import type { Configuration, RotationRules } from './rotator.ts';

const DAY_SECONDS = 24 * 60 * 60;
const UNIT_SECONDS = { hour: 60 * 60, day: DAY_SECONDS };

/** What DescribeSecret tells about rotation, in its wire format; nothing when rotation was never configured. */
export function rotationFields(configuration: Configuration | undefined): object {
  if (!configuration) return {};
  const { enabled, functionArn, rules, changedAt, lastRotatedAt } = configuration;
  const interval = rules && intervalSeconds(rules);
  const since = (lastRotatedAt ?? changedAt) / 1000;
  return {
    RotationEnabled: enabled,
    RotationLambdaARN: functionArn,
    ...(rules && { RotationRules: rules }),
    ...(lastRotatedAt && { LastRotatedDate: lastRotatedAt / 1000 }),
    ...(enabled && interval && { NextRotationDate: since + interval }),
  };
}

/** Undefined for a cron expression: the sandbox never waits for a schedule. */
function intervalSeconds({ AutomaticallyAfterDays, ScheduleExpression = '' }: RotationRules) {
  if (AutomaticallyAfterDays) return AutomaticallyAfterDays * DAY_SECONDS;
  const [, count, unit] = /^rate\((\d+) (hour|day)s?\)$/.exec(ScheduleExpression) ?? [];
  return count && unit ? Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS] : undefined;
}
