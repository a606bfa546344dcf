import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
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

/**
 * Counts the rotations that Secrets Manager itself calls failed or abandoned, also where it could not even invoke the
 * function. They are CloudTrail's service events, so the account needs a trail; they do not tell whose secret it is.
 * The rule has no target: EventBridge counts what it matches, and an alarm is all that is wanted.
 * Sources: Secrets Manager user guide, "CloudTrail entries" and "Match events with EventBridge"; EventBridge user
 * guide, "Monitoring".
 */
export function abandonedRotations(scope: Construct, id: string): IMetric {
  const { ruleName } = new Rule(scope, id, {
    description: 'Secrets Manager gave up the rotation of a secret',
    eventPattern: {
      source: ['aws.secretsmanager'],
      detailType: ['AWS Service Event via CloudTrail'],
      detail: {
        eventSource: ['secretsmanager.amazonaws.com'],
        eventName: ['RotationFailed', 'RotationAbandoned'],
      },
    },
  });
  return new Metric({
    namespace: 'AWS/Events',
    metricName: 'TriggeredRules',
    dimensionsMap: { RuleName: ruleName },
    statistic: Stats.SUM,
    period: Duration.minutes(5),
  });
}
