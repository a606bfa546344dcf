import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { CREDENTIAL_DIMENSION, METRIC, METRIC_NAMESPACE, SERVICE } from '../../functions/observe/names.ts';

const FIVE_MINUTES = Duration.minutes(5);

/** A count that the functions emit (functions/observe/metrics.ts), summed over 5 minutes or over `period`. */
export function keyturnMetric(name: keyof typeof METRIC, period = FIVE_MINUTES): Metric {
  return metric(name, period, {});
}

/** Logins of one credential that its server accepted, an hour. */
export function provenLogin(secretName: string): Metric {
  return metric('provenLogin', Duration.hours(1), { [CREDENTIAL_DIMENSION]: secretName });
}

/** The least of all servers, an hour. */
export function certificateDaysLeft(): Metric {
  return measured('certDaysLeft', Stats.MINIMUM);
}

/** The lowest of the audits of an hour. */
export function auditScore(): Metric {
  return measured('auditScore', Stats.MINIMUM);
}

function measured(name: keyof typeof METRIC, statistic: string): Metric {
  return metric(name, Duration.hours(1), {}).with({ statistic });
}

function metric(name: keyof typeof METRIC, period: Duration, dimensions: Record<string, string>): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: METRIC[name],
    dimensionsMap: { service: SERVICE, ...dimensions },
    statistic: Stats.SUM,
    period,
  });
}
