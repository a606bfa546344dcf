import type { GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';
import { METRIC_NAMESPACE, RESTORE_DRILL } from '../../observe/names.ts';
import type { CloudWatch } from './reputation.ts';

const DAY_SECONDS = 24 * 60 * 60;
const LOOK_BACK_DAYS = 180;

/** The last day with a datum of the metric that a person puts after a rehearsed restore; null: none in half a year. */
export async function lastDrill(cloudWatch: CloudWatch, now: number): Promise<number | null> {
  const EndTime = Math.floor(now / 1000);
  const Metric = { Namespace: METRIC_NAMESPACE, MetricName: RESTORE_DRILL };
  const { MetricDataResults } = (await cloudWatch.call('GetMetricData', {
    StartTime: EndTime - LOOK_BACK_DAYS * DAY_SECONDS,
    EndTime,
    ScanBy: 'TimestampDescending',
    MetricDataQueries: [{ Id: 'drill', MetricStat: { Metric, Period: DAY_SECONDS, Stat: 'SampleCount' } }],
  })) as GetMetricDataCommandOutput;
  const latest = MetricDataResults?.[0]?.Timestamps?.[0];
  // On the wire a time is in seconds since 1970, whatever the SDK's type says.
  return latest === undefined ? null : Number(latest) * 1000;
}
