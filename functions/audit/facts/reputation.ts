import type { DescribeAlarmsCommandOutput, GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';
import { everyItem } from '../../aws/pages.ts';
import type { AlarmFacts } from './account.ts';
import type { Reputation } from './ses.ts';

/** `JsonApi` of CloudWatch. */
export interface CloudWatch {
  call(operation: string, input: object): Promise<unknown>;
}

const NAMESPACE = 'AWS/SES';
const BOUNCE_RATE = 'Reputation.BounceRate';
const COMPLAINT_RATE = 'Reputation.ComplaintRate';
const HOUR_SECONDS = 60 * 60;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** The last value within a day of each rate that AWS judges an account by, and who watches them. */
export async function reputation(cloudWatch: CloudWatch, now: number): Promise<Reputation> {
  const EndTime = Math.floor(now / 1000);
  const { MetricDataResults } = (await cloudWatch.call('GetMetricData', {
    StartTime: EndTime - DAY_SECONDS,
    EndTime,
    ScanBy: 'TimestampDescending',
    MetricDataQueries: [query('bounce', BOUNCE_RATE), query('complaint', COMPLAINT_RATE)],
  })) as GetMetricDataCommandOutput;
  const latest = (id: string) => MetricDataResults?.find(({ Id }) => Id === id)?.Values?.[0] ?? null;
  return {
    bounceRate: latest('bounce'),
    complaintRate: latest('complaint'),
    watched: await watchedMetrics(cloudWatch),
  };
}

function query(Id: string, MetricName: string): object {
  const Metric = { Namespace: NAMESPACE, MetricName };
  return { Id, MetricStat: { Metric, Period: HOUR_SECONDS, Stat: 'Maximum' } };
}

async function watchedMetrics(cloudWatch: CloudWatch): Promise<string[]> {
  const watched: string[] = [];
  for (const MetricName of [BOUNCE_RATE, COMPLAINT_RATE]) {
    const { MetricAlarms } = (await cloudWatch.call('DescribeAlarmsForMetric', {
      Namespace: NAMESPACE,
      MetricName,
    })) as DescribeAlarmsCommandOutput;
    if (MetricAlarms?.some(acts)) watched.push(MetricName);
  }
  return watched;
}

/** Alarms whose names begin with the name of the stack. */
export async function ownAlarms(cloudWatch: CloudWatch, stack: string): Promise<AlarmFacts[]> {
  const alarms = await everyItem(
    async (NextToken) =>
      (await cloudWatch.call('DescribeAlarms', {
        AlarmNamePrefix: stack,
        NextToken,
      })) as DescribeAlarmsCommandOutput,
    ({ MetricAlarms }) => MetricAlarms,
  );
  return alarms.map((alarm) => ({ name: alarm.AlarmName ?? '', acts: acts(alarm) }));
}

type Alarm = NonNullable<DescribeAlarmsCommandOutput['MetricAlarms']>[number];

function acts({ ActionsEnabled, AlarmActions }: Alarm): boolean {
  return ActionsEnabled !== false && (AlarmActions?.length ?? 0) > 0;
}
