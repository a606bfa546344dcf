import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  CfnStateMachine,
  Choice,
  Condition,
  DefinitionBody,
  DistributedMap,
  type IChainable,
  Map as InlineMap,
  JsonPath,
  LogLevel,
  Pass,
  S3JsonLItemReader,
  StateMachine,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { REPORT } from '../../functions/observe/names.ts';
import { type Deployment, decryptReports, onReports } from './permissions.ts';
import { invokeState, stateMachineRole, statesArn } from './state-machine.ts';
import type { Storage } from './storage.ts';

export interface AuditStateMachineProps
  extends Deployment,
    Pick<AuditRoleProps, 'plan' | 'examine' | 'report' | 'notify'> {}

const BATCHES_AT_ONCE = 10;
/** Far longer than 100,000 credentials take. */
const LONGEST_RUN = Duration.hours(12);

/**
 * plan -> examine each batch, 10 at a time; if it dies, each of its secrets -> report. Only ids travel in the state; the facts lie in the bucket. A run
 * that meets another one ends at once, and well: `already-running` is its output.
 */
export class AuditStateMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: AuditStateMachineProps) {
    super(scope, id);
    const { storage, config } = props;
    // The role names the machine and the machine needs the role, so the name is ours to give.
    const stateMachineName = `${Stack.of(this).stackName}-audit`;
    const logs = new LogGroup(this, 'Logs', {
      encryptionKey: storage.key,
      retention: config.logRetentionDays,
    });
    const role = auditRole(this, 'Role', { ...props, stateMachineName });
    this.machine = new StateMachine(this, 'Resource', {
      stateMachineName,
      definitionBody: DefinitionBody.fromChainable(this.definition(props)),
      timeout: LONGEST_RUN,
      role: role.withoutPolicyUpdates(),
      tracingEnabled: true,
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
    });
    this.machine.node.addDependency(role);
    // auditRole says it already, in names that can be read.
    this.machine.node.tryRemoveChild('DistributedMapPolicy');
    encryptWith(storage.key.keyArn, this.machine);
  }

  private definition({ plan, examine, report, notify, storage, config }: AuditStateMachineProps): IChainable {
    const planned = invokeState(this, 'AuditPlan', plan, {
      payload: TaskInput.fromObject({
        runId: JsonPath.stringAt('$$.Execution.Name'),
        startedAt: JsonPath.stringAt('$$.Execution.StartTime'),
      }),
    });
    const payload = TaskInput.fromObject({
      runId: JsonPath.stringAt('$.runId'),
      startedAt: JsonPath.stringAt('$.startedAt'),
      batches: JsonPath.numberAt('$.batches'),
      acceptedRisks: config.acceptedRisks,
    });
    const reported = invokeState(this, 'AuditReport', report, {
      payload,
      ...(notify && { resultPath: '$.reported' }),
    });
    if (notify)
      reported.next(invokeState(this, 'AuditNotify', notify, { payload, resultPath: '$.notified' }));
    // Even a map that could not start is reported: every batch without a result counts as unexamined.
    const batches = this.eachBatch(storage)
      .itemProcessor(this.examined(examine))
      .addCatch(reported, { resultPath: '$.examineError' });
    return planned.next(
      new Choice(this, 'IsFirst')
        .when(Condition.stringEquals('$.outcome', 'already-running'), new Succeed(this, 'AlreadyRunning'))
        .otherwise(batches.next(reported)),
    );
  }

  /** A batch at once; if that ends its process, each of its secrets in an invocation of its own: one is lost, no other. */
  private examined(examine: IFunction): IChainable {
    // The map collects one result a batch, and a state holds 256 KiB.
    const resultSelector = { batch: JsonPath.numberAt('$.batch') };
    const alone = invokeState(this, 'AuditExamineAlone', examine, { resultSelector }).addCatch(
      new Pass(this, 'AuditExamineLost', { parameters: { error: JsonPath.stringAt('$.Error') } }),
    );
    const joined = invokeState(this, 'AuditExamineJoin', examine, { resultSelector });
    return invokeState(this, 'AuditExamine', examine, { resultSelector }).addCatch(
      this.eachAlone().itemProcessor(alone).next(joined),
      { resultPath: JsonPath.DISCARD },
    );
  }

  /** One after the other, so that a mail host sees no more connections than it does of whole batches. */
  private eachAlone(): InlineMap {
    return new InlineMap(this, 'ExamineEachAlone', {
      itemsPath: '$.secretArns',
      itemSelector: {
        runId: JsonPath.stringAt('$.runId'),
        batch: JsonPath.numberAt('$.batch'),
        secretArns: JsonPath.array(JsonPath.stringAt('$$.Map.Item.Value')),
        unread: JsonPath.objectAt('$.unread'),
        at: JsonPath.numberAt('$$.Map.Item.Index'),
      },
      maxConcurrency: 1,
      resultPath: '$.alone',
    });
  }

  private eachBatch(storage: Storage): DistributedMap {
    // The CDK's own Bucket does not fit its own IBucket under exactOptionalPropertyTypes.
    const bucket = storage.bucket as IBucket;
    return new DistributedMap(this, 'ExamineBatches', {
      label: MAP_LABEL,
      itemReader: new S3JsonLItemReader({ bucket, key: JsonPath.stringAt('$.planKey') }),
      maxConcurrency: BATCHES_AT_ONCE,
      toleratedFailurePercentage: 100,
      resultPath: JsonPath.DISCARD,
    });
  }
}

/** Not by the property `encryptionConfiguration`: that adds `kms:Decrypt*` for a service, without a condition, to the key. */
function encryptWith(kmsKeyId: string, machine: StateMachine): void {
  const resource = machine.node.defaultChild;
  if (!(resource instanceof CfnStateMachine)) throw new Error('a StateMachine has no CfnStateMachine');
  resource.encryptionConfiguration = {
    type: 'CUSTOMER_MANAGED_KMS_KEY',
    kmsKeyId,
    kmsDataKeyReusePeriodSeconds: 300,
  };
}

/** Executions of the map's items are named `<state machine>/<label>:<id>`. */
const MAP_LABEL = 'Batches';

export interface AuditRoleProps {
  readonly stateMachineName: string;
  readonly plan: IFunction;
  readonly examine: IFunction;
  readonly report: IFunction;
  readonly notify?: IFunction;
  readonly storage: Storage;
}

/** What the audit's state machine may do. */
function auditRole(scope: Construct, id: string, props: AuditRoleProps): Role {
  const stack = Stack.of(scope);
  const { plan, examine, report, notify, storage, stateMachineName } = props;
  return stateMachineRole(
    scope,
    id,
    [plan, examine, report, ...(notify ? [notify] : [])],
    onReports(storage, 'GetObject', REPORT.plan('*')),
    decryptReports(storage),
    ...runBatches(stack, stateMachineName),
    ...encryptRuns(stack, props),
  );
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html */
function runBatches(stack: Stack, name: string): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['states:StartExecution'],
      resources: [statesArn(stack, 'stateMachine', name)],
    }),
    new PolicyStatement({
      actions: ['states:DescribeExecution', 'states:RedriveExecution', 'states:StopExecution'],
      resources: [`${name}:*`, `${name}/${MAP_LABEL}:*`].map((one) => statesArn(stack, 'execution', one)),
    }),
  ];
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html */
function encryptRuns(stack: Stack, { storage, stateMachineName }: AuditRoleProps): PolicyStatement[] {
  const machine = statesArn(stack, 'stateMachine', stateMachineName);
  return [
    new PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [storage.key.keyArn],
      conditions: {
        StringLike: { 'kms:EncryptionContext:aws:states:stateMachineArn': [machine, `${machine}/*`] },
      },
    }),
    new PolicyStatement({
      actions: ['kms:GenerateDataKey'],
      resources: [storage.key.keyArn],
      conditions: {
        StringEquals: {
          'kms:EncryptionContext:SourceArn': `arn:${stack.partition}:logs:${stack.region}:${stack.account}:*`,
        },
      },
    }),
  ];
}
