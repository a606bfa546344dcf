import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { REPORT } from '../../functions/observe/names.ts';
import { decryptReports, onEverything, onReports } from './permissions.ts';
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

/** What the audit's state machine may do; written out, since the generated policy allows every version of a function. */
export function auditRole(scope: Construct, id: string, props: AuditRoleProps): Role {
  const stack = Stack.of(scope);
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal('states.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': statesArn(stack, 'stateMachine', '*') },
      },
    }),
  });
  const statements = [
    invoke(props),
    onReports(props.storage, 'GetObject', REPORT.plan('*')),
    decryptReports(props.storage),
    ...runBatches(stack, props.stateMachineName),
    ...encryptRuns(stack, props),
    deliverLogs(),
    onEverything(
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
    ),
  ];
  for (const statement of statements) role.addToPolicy(statement);
  return role;
}

function invoke({ plan, examine, report, notify }: AuditRoleProps): PolicyStatement {
  return new PolicyStatement({
    actions: ['lambda:InvokeFunction'],
    resources: [plan, examine, report, ...(notify ? [notify] : [])].map((fn) => fn.functionArn),
  });
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

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
function deliverLogs(): PolicyStatement {
  return onEverything(
    'logs:CreateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:DescribeLogGroups',
    'logs:DescribeResourcePolicies',
    'logs:GetLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:UpdateLogDelivery',
  );
}

function statesArn(stack: Stack, resource: 'stateMachine' | 'execution', resourceName: string): string {
  return stack.formatArn({
    service: 'states',
    resource,
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
