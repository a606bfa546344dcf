import { Duration } from 'aws-cdk-lib';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { KeyturnFunction } from './function.ts';
import {
  type Deployment,
  decryptSecrets,
  decryptTable,
  onEverything,
  onManagedSecrets,
  onTable,
  retireKeys,
} from './permissions.ts';
import { ScheduledTarget } from './scheduled-target.ts';

/** Takes replaced access keys away once they are proven unused: on a schedule, or invoked by an operator. */
export class Retirement extends KeyturnFunction {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id, {
      entry: 'retire',
      description: 'Deactivates, soaks and deletes replaced SMTP credentials that are proven unused',
      memoryMiB: 512,
      setsPasswords: true,
      timeout: Duration.minutes(15),
      ...deployment,
    });
    this.allow(
      onEverything('secretsmanager:ListSecrets'),
      onManagedSecrets(this, 'DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'),
      decryptSecrets(deployment),
      retireKeys(this),
      onTable(deployment.storage, 'GetItem', 'PutItem', 'Query'),
      decryptTable(deployment.storage),
    );
    this.invokeItself();
    this.deadLetters = this.runOn(deployment.config.retireSchedule);
  }

  /** Scheduler invokes asynchronously: it has delivered when Lambda queued the event, so failures land here too. */
  private runOn(schedule: string): Queue {
    const { deadLetters } = new ScheduledTarget(this, 'Timetable', {
      schedule,
      targetArn: this.lambda.functionArn,
      action: 'lambda:InvokeFunction',
    });
    this.lambda.configureAsyncInvoke({
      onFailure: new SqsDestination(deadLetters),
      maxEventAge: Duration.hours(1),
      retryAttempts: 1,
    });
    return deadLetters;
  }
}
