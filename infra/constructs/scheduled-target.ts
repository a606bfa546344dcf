import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface ScheduledTargetProps {
  /** `cron(...)` in UTC, or `rate(...)`. */
  readonly schedule: string;
  readonly targetArn: string;
  /** The one action that starts the target, e.g. `states:StartExecution`. */
  readonly action: string;
  /** What the target is given; nothing without it. */
  readonly input?: object;
  /** Where what could not be started lies: a queue of another one; its own without it. */
  readonly deadLetters?: Queue;
}

/**
 * Starts one target on a schedule, with a role that can do that and nothing else. What could not be started within
 * the hour lies in `deadLetters`. Level 1, since the ready-made targets also allow every version of the target.
 */
export class ScheduledTarget extends Construct {
  readonly deadLetters: Queue;

  constructor(
    scope: Construct,
    id: string,
    { schedule, targetArn, action, input = {}, deadLetters }: ScheduledTargetProps,
  ) {
    super(scope, id);
    this.deadLetters = deadLetters ?? this.createQueue();
    const role = this.createRole(targetArn, action);
    const resource = new CfnSchedule(this, 'Schedule', {
      scheduleExpression: schedule,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: targetArn,
        roleArn: role.roleArn,
        input: JSON.stringify(input),
        retryPolicy: { maximumEventAgeInSeconds: Duration.hours(1).toSeconds(), maximumRetryAttempts: 5 },
        deadLetterConfig: { arn: this.deadLetters.queueArn },
      },
    });
    resource.node.addDependency(role);
  }

  private createQueue(): Queue {
    return new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
  }

  private createRole(targetArn: string, action: string): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: [action], resources: [targetArn] }));
    role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }),
    );
    return role;
  }
}
