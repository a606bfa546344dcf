import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { JitterType, type RetryProps, type TaskStateBase } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke, type LambdaInvokeProps } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { onEverything } from './permissions.ts';

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

/** A state that invokes a function and has its answer as its result. */
export function invokeState(
  scope: Construct,
  id: string,
  lambdaFunction: IFunction,
  options: Partial<LambdaInvokeProps> = {},
): TaskStateBase {
  return new LambdaInvoke(scope, id, {
    lambdaFunction,
    payloadResponseOnly: true,
    retryOnServiceExceptions: false,
    ...options,
  }).addRetry(RETRY_SERVICE_ERRORS);
}

/**
 * What a state machine may do: invoke these functions, write its log and trace, and what else is said. Written out, since
 * the generated policy allows every version of a function; so the machine takes it `withoutPolicyUpdates`.
 */
export function stateMachineRole(
  scope: Construct,
  id: string,
  functions: readonly IFunction[],
  ...others: PolicyStatement[]
): Role {
  const stack = Stack.of(scope);
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal('states.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': statesArn(stack, 'stateMachine', '*') },
      },
    }),
  });
  const statements = [invoke(functions), ...others, deliverLogs(), writeTraces()];
  for (const statement of statements) role.addToPolicy(statement);
  return role;
}

function invoke(functions: readonly IFunction[]): PolicyStatement {
  const resources = functions.map(({ functionArn }) => functionArn);
  return new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources });
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

function writeTraces(): PolicyStatement {
  return onEverything(
    'xray:PutTraceSegments',
    'xray:PutTelemetryRecords',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
  );
}

export function statesArn(
  stack: Stack,
  resource: 'stateMachine' | 'execution',
  resourceName: string,
): string {
  return stack.formatArn({
    service: 'states',
    resource,
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
