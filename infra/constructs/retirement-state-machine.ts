import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  Choice,
  Condition,
  DefinitionBody,
  type IChainable,
  Map as InlineMap,
  JsonPath,
  LogLevel,
  StateMachine,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Deployment } from './permissions.ts';
import { invokeState, stateMachineRole } from './state-machine.ts';

export interface RetirementStateMachineProps extends Deployment {
  readonly stateMachineName: string;
  readonly due: IFunction;
  readonly retire: IFunction;
}

/** Amazon IAM answers some tens of calls a second, and a look makes five; a new account runs ten functions at once. */
const BATCHES_AT_ONCE = 5;
/** Longer than all rounds of a run can take. Should one not end, the next begins anew all the same: what is due is still due. */
const LONGEST_RUN = Duration.hours(12);

/**
 * Rounds: what is due -> look at it, a few batches at a time; if one dies, say which credential it died of -> what is
 * still due, until nothing is. Only ARNs travel in the state.
 */
export class RetirementStateMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: RetirementStateMachineProps) {
    super(scope, id);
    const { storage, config, stateMachineName, due, retire } = props;
    const logs = new LogGroup(this, 'Logs', {
      encryptionKey: storage.key,
      retention: config.logRetentionDays,
    });
    const role = stateMachineRole(this, 'Role', [due, retire]);
    this.machine = new StateMachine(this, 'Resource', {
      stateMachineName,
      definitionBody: DefinitionBody.fromChainable(this.definition(props)),
      timeout: LONGEST_RUN,
      role: role.withoutPolicyUpdates(),
      tracingEnabled: true,
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
    });
    this.machine.node.addDependency(role);
  }

  private definition({ due, retire }: RetirementStateMachineProps): IChainable {
    const find = invokeState(this, 'FindDue', due, {
      payload: TaskInput.fromObject({
        runId: JsonPath.stringAt('$$.Execution.Name'),
        round: JsonPath.numberAt('$.round'),
        sweepFrom: JsonPath.stringAt('$.sweepFrom'),
      }),
    });
    const batches = new InlineMap(this, 'EachBatch', {
      itemsPath: '$.batches',
      maxConcurrency: BATCHES_AT_ONCE,
      resultPath: JsonPath.DISCARD,
    });
    batches.itemProcessor(this.looked(due, retire));
    return find.next(
      new Choice(this, 'IsAnythingDue')
        .when(Condition.booleanEquals('$.goesOn', true), batches.next(find))
        .otherwise(new Succeed(this, 'NothingDue')),
    );
  }

  /** What it had not come to is still due, and comes in the next round. */
  private looked(due: IFunction, retire: IFunction): IChainable {
    const died = invokeState(this, 'NameWhatItDiedOf', due);
    return invokeState(this, 'Look', retire).addCatch(died, { resultPath: '$.died' });
  }
}
