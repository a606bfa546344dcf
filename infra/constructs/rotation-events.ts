import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';

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
