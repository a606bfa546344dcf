import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { METRIC_NAMESPACE, RESTORE_DRILL } from '../../observe/names.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const LOOK_BACK_DAYS = 180;

/** The last day with a datum of the metric that a person puts after a rehearsed restore; null: none in half a year. */
export async function lastDrill(client: CloudWatchClient, now: number): Promise<number | null> {
  const Metric = { Namespace: METRIC_NAMESPACE, MetricName: RESTORE_DRILL };
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - LOOK_BACK_DAYS * DAY_MS),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        { Id: 'drill', MetricStat: { Metric, Period: DAY_MS / 1000, Stat: 'SampleCount' } },
      ],
    }),
  );
  return MetricDataResults?.[0]?.Timestamps?.[0]?.getTime() ?? null;
}
