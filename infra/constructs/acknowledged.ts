import { type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * The one place where every wildcard and every other departure from the cdk-nag packs AwsSolutions and Serverless is
 * explained. A test compares it with what cdk-nag finds and with the template, so nothing is missing or stale.
 * Two wildcards need no entry: resource `*` in the key's policy is the key itself, and a Deny may be as wide as it likes.
 */

/** Actions for which the AWS Service Authorization Reference names no resource type: only `*` is possible. */
export const ACTIONS_WITHOUT_RESOURCE: Readonly<Record<string, string>> = {
  'cloudwatch:GetMetricData': 'reads numbers of any metric; the dashboard is drawn from it',
  'cloudwatch:ListDashboards': 'finds the dashboard in the console',
  'ec2:DescribeNetworkInterfaces':
    'Lambda puts a function that sets passwords into the subnets of the database',
  'ec2:DescribeSubnets': 'Lambda puts a function that sets passwords into the subnets of the database',
  'logs:CreateLogDelivery': 'Step Functions sets up the delivery of its own log',
  'logs:DeleteLogDelivery': 'Step Functions sets up the delivery of its own log',
  'logs:DescribeLogGroups': 'Step Functions sets up the delivery of its own log',
  'logs:DescribeResourcePolicies': 'Step Functions sets up the delivery of its own log',
  'logs:GetLogDelivery': 'Step Functions sets up the delivery of its own log',
  'logs:ListLogDeliveries': 'Step Functions sets up the delivery of its own log',
  'logs:PutResourcePolicy': 'Step Functions sets up the delivery of its own log',
  'logs:UpdateLogDelivery': 'Step Functions sets up the delivery of its own log',
  'secretsmanager:ListSecrets': 'finds the managed secrets by tag; shows names and tags, never a value',
  'ses:GetAccountSendingEnabled': 'a fact of the account that the audit reports',
  'ses:GetIdentityDkimAttributes': 'SES does not limit this read to one identity',
  'ses:GetIdentityVerificationAttributes': 'SES does not limit this read to one identity',
  'ses:GetSendQuota': 'a fact of the account that the audit reports',
  'ses:ListIdentities': 'finds the identities that the audit examines',
  'xray:GetSamplingRules': 'active tracing',
  'xray:GetSamplingTargets': 'active tracing',
  'xray:PutTelemetryRecords': 'active tracing',
  'xray:PutTraceSegments': 'active tracing',
};

export interface Acknowledgement {
  /** A cdk-nag rule, with its finding in brackets where it names one. */
  readonly rule: string;
  readonly reason: string;
  /** Constructs of the stack; an acknowledgement covers what lies below them. */
  readonly at: readonly string[];
}

const FUNCTIONS = [
  'Validate',
  'Lookup',
  'Rotate',
  'Retire',
  'Operate',
  'Audit/Plan',
  'Audit/Examine',
  'Audit/Report',
];
const REPORTS = '<StorageReports31B47EB2.Arn>';
const ACCOUNT = '<AWS::Region>:<AWS::AccountId>';

const wildcard = (resource: string) => `AwsSolutions-IAM5[Resource::${resource}]`;

export const ACKNOWLEDGED: readonly Acknowledgement[] = [
  {
    rule: wildcard('*'),
    reason: 'Only with actions listed in ACTIONS_WITHOUT_RESOURCE, each explained there.',
    at: [...FUNCTIONS, 'Audit/StateMachine/Role', 'Access/Viewer', 'Access/Validator'],
  },
  {
    rule: wildcard(`arn:<AWS::Partition>:secretsmanager:${ACCOUNT}:secret:*`),
    reason: 'Secrets are adopted at run time by their tag: a condition demands keyturn:managed=true.',
    at: ['Validate', 'Rotate', 'Retire', 'Operate', 'Audit/Examine', 'Access/Operator'],
  },
  {
    rule: wildcard(`arn:<AWS::Partition>:ec2:${ACCOUNT}:*/*`),
    reason:
      'Lambda makes and removes the network interfaces of a function in a VPC, whose ids nobody knows before.',
    at: ['Rotate', 'Retire', 'Operate'],
  },
  {
    rule: wildcard('arn:<AWS::Partition>:iam::<AWS::AccountId>:user/keyturn/*'),
    reason:
      'Every SES credential has a user of its own: a condition demands keyturn:managed=true besides the path.',
    at: ['Rotate', 'Retire', 'Operate', 'Audit/Examine'],
  },
  ...[
    { key: 'audits/*/plan.json', at: ['Audit/Plan', 'Audit/StateMachine/Role'] },
    { key: 'audits/*/account.json', at: ['Audit/Plan', 'Audit/Examine'] },
    { key: 'audits/*/results/*', at: ['Audit/Examine'] },
    { key: 'audits/*', at: ['Audit/Report'] },
    { key: 'audits/*/report.json', at: ['Audit/Report', 'Access/Viewer', 'Access/Validator'] },
    { key: 'audits/*/report.html', at: ['Audit/Report', 'Access/Viewer', 'Access/Validator'] },
  ].map(({ key, at }) => ({
    rule: wildcard(`${REPORTS}/${key}`),
    reason:
      'The star stands for the run, whose id is known only when it starts, or for the number of a batch.',
    at,
  })),
  ...['Keyturn-audit', 'Keyturn-audit/Batches'].map((name) => ({
    rule: wildcard(`arn:<AWS::Partition>:states:${ACCOUNT}:execution:${name}:*`),
    reason:
      'The star stands for the executions of this one state machine, whose ids are known only at run time.',
    at: ['Audit/StateMachine/Role'],
  })),
  {
    rule: wildcard(`arn:<AWS::Partition>:cloudwatch:${ACCOUNT}:alarm:Keyturn*`),
    reason: 'The star stands for the rest of the name of each alarm of this stack.',
    at: ['Access/Viewer', 'Access/Validator'],
  },
  {
    rule: wildcard(
      `arn:<AWS::Partition>:execute-api:${ACCOUNT}:<ApiRestApiE35FEAFE>/<ApiRestApiDeploymentStageprodE828476C>/GET/credentials/*`,
    ),
    reason: 'The star stands for the name of a secret; whoever may list the credentials may look at each.',
    at: ['Access/Viewer', 'Access/Validator'],
  },
  {
    rule: wildcard(
      `arn:<AWS::Partition>:execute-api:${ACCOUNT}:<ApiRestApiE35FEAFE>/<ApiRestApiDeploymentStageprodE828476C>/GET/operations/*`,
    ),
    reason: 'The star stands for the id of an operation, which is known only when it was asked for.',
    at: ['Access/Operator'],
  },
  {
    rule: 'Serverless-LambdaAsyncFailureDestination',
    reason:
      'Who asked for an operation asks for its state, which says that it has died; the alarm of the function tells, too.',
    at: ['Operate'],
  },
  {
    rule: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    reason: 'API Gateway demands this policy for the role by which it writes the logs of an account.',
    at: ['Api/RestApi/CloudWatchRole'],
  },
  {
    rule: 'AwsSolutions-COG4',
    reason: 'Callers are engineers and machines of the account: they sign with IAM credentials.',
    at: ['Api/RestApi'],
  },
  {
    rule: 'AwsSolutions-APIG3',
    reason:
      'A request without a valid IAM signature is refused before anything runs; the stage is throttled.',
    at: ['Api/RestApi'],
  },
  {
    rule: 'AwsSolutions-S1',
    reason:
      'Three roles read and write the reports, all named here; access logs would need a second bucket like it.',
    at: ['Storage/Reports'],
  },
  {
    rule: 'Serverless-LambdaDLQ',
    reason:
      'Invoked synchronously by API Gateway, Secrets Manager or Step Functions, which see every failure.',
    at: FUNCTIONS.filter((name) => name !== 'Retire'),
  },
  {
    rule: 'Serverless-LambdaDLQ',
    reason: 'Has an on-failure destination, which unlike a dead-letter queue also says why.',
    at: ['Retire'],
  },
  ...['AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy'].map((rule) => ({
    rule,
    reason: 'It is the dead-letter queue of a schedule; an alarm tells when it is not empty.',
    at: ['Retire/Timetable/DeadLetters', 'Audit/Timetable/DeadLetters'],
  })),
  {
    rule: 'Serverless-SNSRedrivePolicy',
    reason: 'An alarm stays in alarm, visible on the dashboard, when its e-mail could not be delivered.',
    at: ['Alerts'],
  },
  {
    rule: 'Serverless-EventBusDLQ',
    reason: 'The rule has no target, so nothing of it can fail: EventBridge counts what it matches.',
    at: ['Alarms/AbandonedRotations'],
  },
];

export function acknowledgeFindings(stack: Stack): void {
  for (const { rule, reason, at } of ACKNOWLEDGED) {
    for (const path of at) Validations.of(construct(stack, path)).acknowledge({ id: rule, reason });
  }
}

function construct(stack: Stack, path: string) {
  return path.split('/').reduce((parent, id) => parent.node.findChild(id), stack as IConstruct);
}
