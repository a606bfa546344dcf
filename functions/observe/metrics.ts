import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { CREDENTIAL_DIMENSION, METRIC, METRIC_NAMESPACE, SERVICE, watchMark } from './names.ts';

/** Embedded-metric-format metrics; call `metrics.publishStoredMetrics()` in a `finally` of each handler. */
export const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: SERVICE });

export function countMetric(name: keyof typeof METRIC, count = 1): void {
  metrics.addMetric(METRIC[name], MetricUnit.Count, count);
}

/** A value that is no count, such as a score; CloudWatch keeps its least and its average. */
export function measure(name: 'auditScore' | 'certDaysLeft', value: number): void {
  metrics.addMetric(METRIC[name], MetricUnit.NoUnit, value);
}

/** One proven login of one credential, if an alarm waits for it (`watched`: marks): each such metric costs money. */
export function countProvenLogin(secretName: string, watched: ReadonlySet<string>): void {
  if (!watched.has(watchMark(secretName))) return;
  metrics
    .singleMetric()
    .addDimension(CREDENTIAL_DIMENSION, secretName)
    .addMetric(METRIC.provenLogin, MetricUnit.Count, 1);
}
