import { Duration, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  CfnStateMachine,
  DefinitionBody,
  DistributedMap,
  type IChainable,
  JitterType,
  JsonPath,
  LogLevel,
  type RetryProps,
  S3JsonItemReader,
  StateMachine,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke, type LambdaInvokeProps } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { type AuditRoleProps, auditRole, MAP_LABEL } from './audit-role.ts';
import type { Deployment } from './permissions.ts';
import type { Storage } from './storage.ts';

export interface AuditStateMachineProps
  extends Deployment,
    Pick<AuditRoleProps, 'plan' | 'examine' | 'report'> {}

const BATCHES_AT_ONCE = 10;

/** Failures of the service, not of our code: worth another try. */
const RETRY_SERVICE_ERRORS: RetryProps = {
  errors: [
    'Lambda.AWSLambdaException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.SdkClientException',
    'Lambda.ServiceException',
    'Lambda.TooManyRequestsException',
  ],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 6,
  jitterStrategy: JitterType.FULL,
};

const RUN = { runId: JsonPath.stringAt('$.runId'), startedAt: JsonPath.stringAt('$.startedAt') };

/** plan -> examine each batch, 10 at a time -> report. Only ids travel in the state; the facts lie in the bucket. */
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
      timeout: Duration.hours(12),
      role: role.withoutPolicyUpdates(),
      tracingEnabled: true,
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
    });
    this.machine.node.addDependency(role);
    // auditRole says it already, in names that can be read.
    this.machine.node.tryRemoveChild('DistributedMapPolicy');
    encryptWith(storage.key.keyArn, this.machine);
  }

  private definition({ plan, examine, report, storage }: AuditStateMachineProps): IChainable {
    const planned = this.invoke('AuditPlan', plan, {
      payload: TaskInput.fromObject({
        runId: JsonPath.stringAt('$$.Execution.Name'),
        startedAt: JsonPath.stringAt('$$.Execution.StartTime'),
      }),
    });
    const examined = this.invoke('AuditExamine', examine, {
      // The map collects one result a batch, and a state holds 256 KiB.
      resultSelector: { batch: JsonPath.numberAt('$.batch') },
    });
    const reported = this.invoke('AuditReport', report, { payload: TaskInput.fromObject(RUN) });
    // Even a map that could not start is reported: every batch without a result counts as unexamined.
    const batches = this.eachBatch(storage)
      .itemProcessor(examined)
      .addCatch(reported, { resultPath: '$.examineError' });
    return planned.next(batches).next(reported);
  }

  private eachBatch(storage: Storage): DistributedMap {
    // The CDK's own Bucket does not fit its own IBucket under exactOptionalPropertyTypes.
    const bucket = storage.bucket as IBucket;
    return new DistributedMap(this, 'ExamineBatches', {
      label: MAP_LABEL,
      itemReader: new S3JsonItemReader({ bucket, key: JsonPath.stringAt('$.planKey') }),
      maxConcurrency: BATCHES_AT_ONCE,
      toleratedFailurePercentage: 100,
      resultPath: JsonPath.DISCARD,
    });
  }

  private invoke(id: string, lambdaFunction: IFunction, options: Partial<LambdaInvokeProps>) {
    return new LambdaInvoke(this, id, {
      lambdaFunction,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      ...options,
    }).addRetry(RETRY_SERVICE_ERRORS);
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
