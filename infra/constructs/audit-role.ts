import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { REPORT } from '../../functions/observe/names.ts';
import { decryptReports, onReports } from './permissions.ts';
import { stateMachineRole, statesArn } from './state-machine.ts';
import type { Storage } from './storage.ts';

/** Executions of the map's items are named `<state machine>/<label>:<id>`. */
export const MAP_LABEL = 'Batches';

export interface AuditRoleProps {
  readonly stateMachineName: string;
  readonly plan: IFunction;
  readonly examine: IFunction;
  readonly report: IFunction;
  readonly notify?: IFunction;
  readonly storage: Storage;
}

/** What the audit's state machine may do. */
export function auditRole(scope: Construct, id: string, props: AuditRoleProps): Role {
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
