import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { RunInput } from '../../functions/lifecycle/retire/round.ts';
import { ENVIRONMENT, RETIRE_EVERY_MINUTES } from '../../functions/observe/names.ts';
import { PARTITION } from '../../functions/table/items.ts';
import { KeyturnFunction } from './function.ts';
import {
  type Deployment,
  decryptSecrets,
  decryptTable,
  onDueIndex,
  onEverything,
  onManagedSecrets,
  onPartitions,
  onTable,
  retireKeys,
} from './permissions.ts';
import { RetirementStateMachine } from './retirement-state-machine.ts';
import { ScheduledTarget } from './scheduled-target.ts';
import { statesArn } from './state-machine.ts';

/** What the table lost, or was never told, waits no longer. */
const SWEEP = 'rate(1 day)';

/**
 * Takes replaced credentials away once they are proven unused: those that the state machine hands out, or the one that an
 * operator names. `due` finds out what is due, and starts the state machine if anything is: it sees no secret's value.
 */
export class Retirement extends KeyturnFunction {
  readonly due: KeyturnFunction;
  readonly stateMachine: StateMachine;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id, {
      entry: 'retire',
      description: 'Deactivates, soaks and deletes replaced SMTP credentials that are proven unused',
      memoryMiB: 512,
      setsPasswords: true,
      timeout: Duration.minutes(2),
      ...deployment,
    });
    this.allow(
      onManagedSecrets(this, 'DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'),
      decryptSecrets(deployment),
      retireKeys(this),
      onTable(deployment.storage, 'GetItem', 'PutItem', 'Query'),
      decryptTable(deployment.storage),
    );
    // The function needs the ARN of the state machine and the machine that of the function, so the name is ours to give.
    const stateMachineName = `${Stack.of(this).stackName}-retirement`;
    this.due = this.createDue(stateMachineName, deployment);
    this.stateMachine = new RetirementStateMachine(this, 'StateMachine', {
      stateMachineName,
      due: this.due.lambda,
      retire: this.lambda,
      ...deployment,
    }).machine;
    this.deadLetters = this.look();
    this.sweep();
  }

  private createDue(stateMachineName: string, deployment: Deployment): KeyturnFunction {
    const { storage } = deployment;
    const due = new KeyturnFunction(this, 'Due', {
      entry: 'retire-due',
      description: 'Finds the credentials that are due for retirement, and hands them out',
      memoryMiB: 512,
      timeout: Duration.minutes(1),
      ...deployment,
    });
    const machineArn = statesArn(Stack.of(this), 'stateMachine', stateMachineName);
    due.lambda.addEnvironment(ENVIRONMENT.retirementMachine, machineArn);
    due.allow(
      onEverything('secretsmanager:ListSecrets'),
      onPartitions(storage, [`${PARTITION.agenda}*`, PARTITION.retirementLease], 'GetItem', 'PutItem'),
      onDueIndex(storage),
      decryptTable(storage),
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [machineArn] }),
    );
    return due;
  }

  /** Scheduler invokes asynchronously: it has delivered when Lambda queued the event, so failures land here too. */
  private look(): Queue {
    const { lambda } = this.due;
    const { deadLetters } = new ScheduledTarget(this, 'Timetable', {
      schedule: `rate(${RETIRE_EVERY_MINUTES} minutes)`,
      targetArn: lambda.functionArn,
      action: 'lambda:InvokeFunction',
    });
    lambda.configureAsyncInvoke({
      onFailure: new SqsDestination(deadLetters),
      maxEventAge: Duration.hours(1),
      retryAttempts: 1,
    });
    return deadLetters;
  }

  private sweep(): void {
    new ScheduledTarget(this, 'Sweep', {
      schedule: SWEEP,
      targetArn: this.stateMachine.stateMachineArn,
      action: 'states:StartExecution',
      input: { round: 0, sweepFrom: '' } satisfies RunInput,
      deadLetters: this.deadLetters,
    });
  }
}
