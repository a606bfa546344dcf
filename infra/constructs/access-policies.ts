import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { REPORT } from '../../functions/observe/names.ts';
import { decryptReports, listReports, onEverything, onManagedSecrets, onReports } from './permissions.ts';
import type { Storage } from './storage.ts';

export interface AccessPoliciesProps {
  readonly restApi: RestApi;
  readonly storage: Storage;
  readonly dashboard: Dashboard;
  readonly stateMachine: StateMachine;
  readonly retire: IFunction;
}

/** Three IAM managed policies to attach to people: who may look, who may test, who may act. */
export class AccessPolicies extends Construct {
  constructor(scope: Construct, id: string, props: AccessPoliciesProps) {
    super(scope, id);
    new ManagedPolicy(this, 'Viewer', {
      description: 'Keyturn: read the verdicts, the audit reports, the dashboard and its alarms',
      statements: view(props),
    });
    new ManagedPolicy(this, 'Validator', {
      description: 'Keyturn: what a viewer may, and validate credentials through the API',
      statements: [...view(props), callApi(props.restApi, 'POST', '/validations')],
    });
    new ManagedPolicy(this, 'Operator', {
      description:
        'Keyturn: rotate, roll back and revoke managed secrets, start the audit and retirement; with MFA only',
      statements: operate(this, props).map(withMfa),
    });
  }
}

function view({ restApi, storage, dashboard }: AccessPoliciesProps): PolicyStatement[] {
  return [
    callApi(restApi, 'GET', '/audits/*', '/credentials', '/credentials/*', '/openapi.json'),
    onReports(
      storage,
      'GetObject',
      REPORT.latest,
      REPORT.json('*'),
      REPORT.html('*'),
      REPORT.credentials('*', '*'),
    ),
    listReports(storage),
    decryptReports(storage),
    new PolicyStatement({ actions: ['cloudwatch:GetDashboard'], resources: [dashboard.dashboardArn] }),
    describeAlarms(Stack.of(storage)),
    onEverything('cloudwatch:GetMetricData', 'cloudwatch:ListDashboards'),
  ];
}

/** CloudWatch asks for the right to all alarms when they are listed, be it by a prefix of their name. */
function describeAlarms(stack: Stack): PolicyStatement {
  const arn = { service: 'cloudwatch', resource: 'alarm', resourceName: '*' };
  return new PolicyStatement({
    actions: ['cloudwatch:DescribeAlarms'],
    resources: [stack.formatArn({ ...arn, arnFormat: ArnFormat.COLON_RESOURCE_NAME })],
  });
}

/**
 * Rotation goes through `POST /operations`, which knows who asks. Not through RotateSecret: its caller must be allowed to
 * invoke the rotation function (API_RotateSecret, "Required permissions"), and could then call any step out of turn.
 */
function operate(
  scope: Construct,
  { restApi, stateMachine, retire }: AccessPoliciesProps,
): PolicyStatement[] {
  return [
    callApi(restApi, 'POST', '/operations'),
    callApi(restApi, 'GET', '/operations/*'),
    onManagedSecrets(scope, 'DescribeSecret'),
    new PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachine.stateMachineArn] }),
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [retire.functionArn] }),
  ];
}

function withMfa(statement: PolicyStatement): PolicyStatement {
  statement.addCondition('Bool', { 'aws:MultiFactorAuthPresent': 'true' });
  return statement;
}

function callApi(restApi: RestApi, method: string, ...paths: string[]): PolicyStatement {
  const stage = restApi.deploymentStage.stageName;
  return new PolicyStatement({
    actions: ['execute-api:Invoke'],
    resources: paths.map((path) => restApi.arnForExecuteApi(method, path, stage)),
  });
}
