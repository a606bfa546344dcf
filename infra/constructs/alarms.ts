import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { TOLD_AGAIN_HOURS } from '../../functions/observe/names.ts';
import type { KeyturnFunction } from './function.ts';
import { abandonedRotations, certificateDaysLeft, keyturnMetric, provenLogin } from './metrics.ts';

export interface AlarmsProps {
  readonly topic: ITopic;
  /** Each error of these rings; by the name they have in functions/. */
  readonly functions: Readonly<Record<string, KeyturnFunction>>;
  readonly deadLetters: Readonly<Record<string, IQueue>>;
  readonly auditRuns: IStateMachine;
  readonly retirementRuns: IStateMachine;
  readonly secretNames: readonly string[];
  /** How long a credential may go without a proven login, and the account without a completed audit. */
  readonly deadManHours: number;
}

/** What looks of retirement tell again and again: between two of them the alarm has to stay, or it would ring each time. */
const RECURRING = Duration.hours(2 * TOLD_AGAIN_HOURS);
/** As the check cert.expiry: what is left of 90 days or less is renewed by then. */
const CERTIFICATE_DAYS = 7;
const FIVE_MINUTES = { period: Duration.minutes(5) };

/** Plain metric alarms, each with one cause and what to do about it; all publish to one topic. */
export class Alarms extends Construct {
  readonly all: Alarm[] = [];
  private readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = props.topic;
    this.watchOutcomes(props);
    this.watchFunctions(props.functions);
    this.watchDeadLetters(props.deadLetters);
    this.watchForSilence(props);
  }

  private watchOutcomes({ auditRuns, retirementRuns }: AlarmsProps): void {
    this.onAny(
      'rotation failed',
      keyturnMetric('rotationFailed'),
      'A rotation step failed; the credential in use is unchanged and Secrets Manager tries again. Read the log of the rotate function.',
    );
    this.onAny(
      'rotation abandoned',
      abandonedRotations(this, 'AbandonedRotations'),
      'Secrets Manager gave up the rotation of a secret of this account: it failed too often, or its function crashed or timed out. CloudTrail says which (RotationFailed, RotationAbandoned).',
    );
    this.onAny(
      'rotation overdue',
      keyturnMetric('rotationOverdue', RECURRING),
      'A credential was not rotated although its interval and its window are over. The log of the retire function says which.',
    );
    this.onAny(
      'key quota exhausted',
      keyturnMetric('keyQuotaExhausted'),
      'A rotation found no free slot at its provider. The log of the rotate function says which credentials hold them.',
    );
    this.onAny(
      'replaced credential still in use',
      keyturnMetric('replacedStillUsed', RECURRING),
      'Somebody still logs in with a credential that was replaced. The log of the retire function says which and when: let that client read the secret again.',
    );
    this.onAny(
      'retirement failed',
      keyturnMetric('retirementFailed'),
      'A replaced access key could not be taken away and stays valid. Read the log of the retire function.',
    );
    this.onAny(
      'retirement run failed',
      retirementRuns.metricFailed(FIVE_MINUTES),
      'Credentials that are due for retirement were not looked at; the next run begins anew. Open the failed execution in Step Functions.',
    );
    this.onAny(
      'audit left credentials unexamined',
      keyturnMetric('auditUnexamined'),
      'The report says which credentials were not examined, and why. Those that crashed or have no result: read the log of the audit-examine function.',
    );
    this.add(
      'certificate expires soon',
      'The certificate of a mail server is about to expire, and logins will fail. The report of the audit says which: cert.expiry.',
      {
        metric: certificateDaysLeft(),
        threshold: CERTIFICATE_DAYS,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: 1,
        // Between two audits it stays as it is.
        treatMissingData: TreatMissingData.IGNORE,
      },
    );
    this.onAny(
      'audit run failed',
      auditRuns.metricFailed(FIVE_MINUTES),
      'An audit ended without a report. Open the failed execution in Step Functions.',
    );
    this.onAny(
      'audit run timed out',
      auditRuns.metricTimedOut(FIVE_MINUTES),
      'An audit took half a day and was ended without a report. Redrive its execution in Step Functions: what it has examined is kept.',
    );
  }

  private watchFunctions(functions: Readonly<Record<string, KeyturnFunction>>): void {
    for (const [name, { lambda }] of Object.entries(functions)) {
      this.onAny(
        `${name} failed`,
        lambda.metricErrors(FIVE_MINUTES),
        `The function ${name} threw, timed out or ran out of memory. Read its log.`,
      );
    }
    if (!functions['audit-notify']) return;
    this.onAny(
      'audit not told',
      keyturnMetric('auditNotTold'),
      'The report is there, but Security Hub or an owner was not told of all of it. The log of the function audit-notify says why; the next audit tells what still stands.',
    );
  }

  private watchDeadLetters(deadLetters: Readonly<Record<string, IQueue>>): void {
    for (const [name, queue] of Object.entries(deadLetters)) {
      this.onAny(
        `${name} was not run`,
        queue.metricApproximateNumberOfMessagesVisible({ ...FIVE_MINUTES, statistic: 'Maximum' }),
        `A scheduled run of ${name} could not be started or failed for good. The message in the queue says why; delete it when fixed.`,
      );
    }
  }

  private watchForSilence({ secretNames, deadManHours }: AlarmsProps): void {
    for (const secretName of secretNames) {
      this.onSilence(
        `no proven login with ${secretName}`,
        provenLogin(secretName),
        deadManHours,
        `For ${deadManHours} hours no server has accepted this credential over verified TLS. Validate it: POST /validations.`,
      );
    }
    this.onSilence(
      'no completed audit',
      keyturnMetric('auditCompleted', Duration.hours(1)),
      deadManHours,
      `For ${deadManHours} hours no audit has completed. Look at its schedule and at its last execution.`,
    );
  }

  /** In alarm as soon as the metric is above zero. */
  private onAny(title: string, metric: IMetric, whatToDo: string): void {
    this.add(title, whatToDo, {
      metric,
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** In alarm when every hour of the last `hours` was without a count: a metric that is not sent counts as silence. */
  private onSilence(title: string, metric: Metric, hours: number, whatToDo: string): void {
    this.add(title, whatToDo, {
      metric,
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: hours,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  private add(title: string, whatToDo: string, props: ConstructorParameters<typeof Alarm>[2]): void {
    const alarmName = `${Stack.of(this).stackName}: ${title}`;
    const alarm = new Alarm(this, title, { ...props, alarmName, alarmDescription: whatToDo });
    alarm.addAlarmAction(new SnsAction(this.topic));
    this.all.push(alarm);
  }
}

export interface AlertTopicProps {
  readonly encryptionKey: IKey;
  /** @default - nobody is subscribed by the stack */
  readonly email?: string | undefined;
}

/** Where every alarm goes: encrypted, TLS only, open to CloudWatch alarms of this account. */
export function alertTopic(scope: Construct, id: string, { encryptionKey, email }: AlertTopicProps): Topic {
  const topic = new Topic(scope, id, { masterKey: encryptionKey, enforceSSL: true });
  // Any topic policy replaces SNS's default one, by which CloudWatch would have been allowed.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  if (email) topic.addSubscription(new EmailSubscription(email));
  return topic;
}
