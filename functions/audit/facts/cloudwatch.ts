import {
  type CloudWatchClient,
  DescribeAlarmsForMetricCommand,
  GetMetricDataCommand,
  type MetricAlarm,
  paginateDescribeAlarms,
} from '@aws-sdk/client-cloudwatch';
import { METRIC_NAMESPACE, RESTORE_DRILL } from '../../observe/names.ts';
import type { AlarmFacts } from '../subjects/account.ts';
import type { Reputation } from '../subjects/ses.ts';

const NAMESPACE = 'AWS/SES';
const BOUNCE_RATE = 'Reputation.BounceRate';
const COMPLAINT_RATE = 'Reputation.ComplaintRate';
const HOUR_SECONDS = 60 * 60;
const DAY_MS = 24 * HOUR_SECONDS * 1000;
const DRILL_DAYS = 180;

/** The last value within a day of each rate that AWS judges an account by, and who watches them. */
export async function reputation(client: CloudWatchClient, now: number): Promise<Reputation> {
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - DAY_MS),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [query('bounce', BOUNCE_RATE), query('complaint', COMPLAINT_RATE)],
    }),
  );
  const latest = (id: string) => MetricDataResults?.find(({ Id }) => Id === id)?.Values?.[0] ?? null;
  return {
    bounceRate: latest('bounce'),
    complaintRate: latest('complaint'),
    watched: await watchedMetrics(client),
  };
}

function query(Id: string, MetricName: string) {
  const Metric = { Namespace: NAMESPACE, MetricName };
  return { Id, MetricStat: { Metric, Period: HOUR_SECONDS, Stat: 'Maximum' } };
}

async function watchedMetrics(client: CloudWatchClient): Promise<string[]> {
  const watched: string[] = [];
  for (const MetricName of [BOUNCE_RATE, COMPLAINT_RATE]) {
    const { MetricAlarms } = await client.send(
      new DescribeAlarmsForMetricCommand({ Namespace: NAMESPACE, MetricName }),
    );
    if (MetricAlarms?.some(acts)) watched.push(MetricName);
  }
  return watched;
}

/** Alarms whose names begin with the name of the stack. */
export async function ownAlarms(client: CloudWatchClient, stack: string): Promise<AlarmFacts[]> {
  const found: AlarmFacts[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, { AlarmNamePrefix: stack }))
    found.push(...MetricAlarms.map((alarm) => ({ name: alarm.AlarmName ?? '', acts: acts(alarm) })));
  return found;
}

function acts({ ActionsEnabled, AlarmActions }: MetricAlarm): boolean {
  return ActionsEnabled !== false && (AlarmActions?.length ?? 0) > 0;
}

/** The last day with a datum of the metric that a person puts after a rehearsed restore; null: none in half a year. */
export async function lastDrill(client: CloudWatchClient, now: number): Promise<number | null> {
  const Metric = { Namespace: METRIC_NAMESPACE, MetricName: RESTORE_DRILL };
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - DRILL_DAYS * DAY_MS),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        { Id: 'drill', MetricStat: { Metric, Period: DAY_MS / 1000, Stat: 'SampleCount' } },
      ],
    }),
  );
  return MetricDataResults?.[0]?.Timestamps?.[0]?.getTime() ?? null;
}
