import { type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * The one place where every wildcard and every other departure from the cdk-nag packs AwsSolutions and Serverless is
 * explained. A test compares it with what cdk-nag finds and with the template, so nothing is missing or stale.
 * Two wildcards need no entry: resource `*` in the key's policy is the key itself, and a Deny may be as wide as it likes.
 */

/** Actions for which the AWS Service Authorization Reference names no resource type: only `*` is possible. */
export const ACTIONS_WITHOUT_RESOURCE: Readonly<Record<string, string>> = {
  'cloudtrail:DescribeTrails': 'finds out whether a trail logs; CloudTrail does not limit it to one trail',
  'cloudtrail:LookupEvents':
    'finds out who reads the managed secrets; events of management only, never a value',
  'cloudwatch:DescribeAlarmsForMetric':
    'finds out whether somebody watches the reputation of the SES account',
  'cloudwatch:GetMetricData':
    'reads numbers of any metric: the dashboard is drawn from it, the audit reads the reputation of the SES account',
  'cloudwatch:ListDashboards': 'finds the dashboard in the console',
  'ec2:DescribeNetworkInterfaces':
    'Lambda puts a function that sets passwords into the subnets of the database',
  'ec2:DescribeSubnets': 'Lambda puts a function that sets passwords into the subnets of the database',
  'ecs:DescribeTaskDefinition': 'finds passwords that stand in the environment of a container',
  'ecs:ListTaskDefinitionFamilies': 'finds the task definitions that the audit examines',
  'iam:GenerateCredentialReport': 'has IAM count who has a second factor; it has no finer right than this',
  'iam:GetAccountAuthorizationDetails':
    'finds out who else may write secrets, tag them or invoke; IAM knows no finer right',
  'iam:GetCredentialReport': 'reads that count: names and dates, never a password or a key',
  'lambda:ListFunctions': 'finds passwords that stand in the environment of a function',
  'logs:CreateLogDelivery': 'Step Functions sets up the delivery of its own log',
  'logs:DeleteLogDelivery': 'Step Functions sets up the delivery of its own log',
  'logs:DescribeLogGroups':
    'Step Functions sets up the delivery of its own log; the audit finds the log groups of Keyturn',
  'logs:DescribeResourcePolicies': 'Step Functions sets up the delivery of its own log',
  'logs:GetLogDelivery': 'Step Functions sets up the delivery of its own log',
  'logs:ListLogDeliveries': 'Step Functions sets up the delivery of its own log',
  'logs:PutResourcePolicy': 'Step Functions sets up the delivery of its own log',
  'logs:UpdateLogDelivery': 'Step Functions sets up the delivery of its own log',
  'secretsmanager:ListSecrets': 'finds the managed secrets by tag; shows names and tags, never a value',
  'ses:GetAccount': 'a fact of the account that the audit reports',
  'ses:GetAccountSendingEnabled': 'a fact of the account that the audit reports',
  'ses:GetIdentityDkimAttributes': 'SES does not limit this read to one identity',
  'ses:GetIdentityMailFromDomainAttributes': 'SES does not limit this read to one identity',
  'ses:GetIdentityVerificationAttributes': 'SES does not limit this read to one identity',
  'ses:GetSendQuota': 'a fact of the account that the audit reports',
  'ses:ListAddonInstances': 'names the filters of Mail Manager in the report',
  'ses:ListArchives': 'finds the archives that the audit examines',
  'ses:ListConfigurationSets': 'finds the configuration sets that the audit examines',
  'ses:ListDedicatedIpPools': 'finds the pools that the audit examines',
  'ses:ListIdentities': 'finds the identities that the audit examines',
  'ses:ListIngressPoints': 'finds the ingress points that the audit examines',
  'ssm:DescribeParameters':
    'finds parameters that are named like a password and kept in plain text; never a value',
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
  'Retire/Due',
  'Operate',
  'Audit/Plan',
  'Audit/Examine',
  'Audit/Report',
  'Audit/Notify',
  'AuditLookup',
];
const REPORTS = '<StorageReports31B47EB2.Arn>';
const ACCOUNT = '<AWS::Region>:<AWS::AccountId>';

const wildcard = (resource: string) => `AwsSolutions-IAM5[Resource::${resource}]`;

export const ACKNOWLEDGED: readonly Acknowledgement[] = [
  {
    rule: wildcard('*'),
    reason: 'Only with actions listed in ACTIONS_WITHOUT_RESOURCE, each explained there.',
    at: [
      ...FUNCTIONS,
      'Retire/StateMachine/Role',
      'Audit/StateMachine/Role',
      'Access/Viewer',
      'Access/Validator',
    ],
  },
  {
    rule: wildcard(`arn:<AWS::Partition>:secretsmanager:${ACCOUNT}:secret:*`),
    reason: 'Secrets are adopted at run time by their tag: a condition demands keyturn:managed=true.',
    at: ['Validate', 'Rotate', 'Retire', 'Operate', 'Audit/Plan', 'Audit/Examine', 'Access/Operator'],
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
    { key: 'audits/*/plan.jsonl', at: ['Audit/Plan', 'Audit/Report', 'Audit/StateMachine/Role'] },
    { key: 'audits/*/account.json', at: ['Audit/Plan', 'Audit/Examine'] },
    { key: 'audits/*/results/*', at: ['Audit/Examine', 'Audit/Report', 'Audit/Notify'] },
    { key: 'audits/*/report.json', at: ['Audit/Report', 'Access/Viewer', 'Access/Validator'] },
    { key: 'audits/*/report.html', at: ['Audit/Report', 'AuditLookup', 'Access/Viewer', 'Access/Validator'] },
    {
      key: 'audits/*/credentials/*.html',
      at: ['Audit/Report', 'AuditLookup', 'Access/Viewer', 'Access/Validator'],
    },
    { key: 'audits/*/summary.json', at: ['Audit/Report', 'AuditLookup'] },
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
    rule: wildcard(`arn:<AWS::Partition>:cloudwatch:${ACCOUNT}:alarm:*`),
    reason: 'CloudWatch asks for the right to all alarms when they are listed; no alarm holds a secret.',
    at: ['Audit/Plan', 'Access/Viewer', 'Access/Validator'],
  },
  {
    rule: wildcard('arn:<AWS::Partition>:ses:*:<AWS::AccountId>:configuration-set/*'),
    reason:
      'Amazon SES asks for the configuration set of the identity, which its owner may change; the identity and the sender are named.',
    at: ['Credentials'],
  },
  {
    rule: wildcard(`arn:<AWS::Partition>:logs:${ACCOUNT}:log-group:Keyturn-*`),
    reason:
      'The first star stands for the rest of the name of each log group of this stack, the second for its streams.',
    at: ['Audit/Plan'],
  },
  ...[
    `cloudformation:${ACCOUNT}:stack/*`,
    'cloudtrail:*:*:trail/*',
    `ses:${ACCOUNT}:configuration-set/*`,
    `ses:${ACCOUNT}:dedicated-ip-pool/*`,
    `ses:${ACCOUNT}:mailmanager-archive/*`,
    `ses:${ACCOUNT}:mailmanager-ingress-point/*`,
    `ses:${ACCOUNT}:mailmanager-traffic-policy/*`,
  ].map((resource) => ({
    rule: wildcard(`arn:<AWS::Partition>:${resource}`),
    reason:
      'The audit reads the settings of whatever the account has; only reads, and none of them holds mail.',
    at: ['Audit/Plan'],
  })),
  ...[`iam::<AWS::AccountId>:policy/*`, 'iam::aws:policy/*', `ses:${ACCOUNT}:identity/*`].map((resource) => ({
    rule: wildcard(`arn:<AWS::Partition>:${resource}`),
    reason:
      'The star stands for the policy of a sending user, or for its sender, known only when its secret is read.',
    at: ['Audit/Examine'],
  })),
  {
    rule: wildcard(
      `arn:<AWS::Partition>:execute-api:${ACCOUNT}:<ApiRestApiE35FEAFE>/<ApiRestApiDeploymentStageprodE828476C>/GET/credentials/*`,
    ),
    reason: 'The star stands for the name of a secret; whoever may list the credentials may look at each.',
    at: ['Access/Viewer', 'Access/Validator'],
  },
  {
    rule: wildcard(
      `arn:<AWS::Partition>:execute-api:${ACCOUNT}:<ApiRestApiE35FEAFE>/<ApiRestApiDeploymentStageprodE828476C>/GET/audits/*`,
    ),
    reason:
      'The star stands for the id of an audit and its report; whoever may see the latest may see them all.',
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
    at: FUNCTIONS.filter((name) => name !== 'Retire/Due'),
  },
  {
    rule: 'Serverless-LambdaDLQ',
    reason: 'Has an on-failure destination, which unlike a dead-letter queue also says why.',
    at: ['Retire/Due'],
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
    for (const found of at.flatMap((path) => construct(stack, path) ?? []))
      Validations.of(found).acknowledge({ id: rule, reason });
  }
}

/** A deployment that wants none has no function to tell others. */
function construct(stack: Stack, path: string): IConstruct | undefined {
  return path.split('/').reduce<IConstruct | undefined>((parent, id) => parent?.node.tryFindChild(id), stack);
}
