import { describe, expect, it } from 'vitest';
import { ENVIRONMENT, REPORT, watchMark } from '../../functions/observe/names.ts';

import { allowed, KEYTURN, named, ofType, resourcesOf, type Statement, statements } from './synthesized.ts';

const resources = resourcesOf(KEYTURN);

const KEY = '<StorageKeyBAA9457B.Arn>';
const ADOPTED_KEY = 'arn:aws:kms:eu-central-1:111122223333:key/0b1c2d3e';
const REPORTS = '<StorageReports31B47EB2.Arn>';

const allow = (Action: string[], Resource: string[], Condition?: object): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});

const TRACE = allow(['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], ['*']);

const onSecrets = (...actions: string[]) =>
  allow(
    actions.map((action) => `secretsmanager:${action}`),
    ['arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:*'],
    { StringEquals: { 'secretsmanager:ResourceTag/keyturn:managed': 'true' } },
  );

const onUsers = (...actions: string[]) =>
  allow(
    actions.map((action) => `iam:${action}`),
    ['arn:<AWS::Partition>:iam::<AWS::AccountId>:user/keyturn/*'],
    { StringEquals: { 'iam:ResourceTag/keyturn:managed': 'true' } },
  );

const here = (service: string, resource: string) =>
  `arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>:${resource}`;

const RETIREMENT = here('states', 'stateMachine:Keyturn-retirement');

const onLedger = (...actions: string[]) =>
  allow(
    actions.map((action) => `dynamodb:${action}`),
    ['<StorageLedger5E7CB2E3.Arn>'],
  );

const onPartitions = (keys: string[], ...actions: string[]): Statement => ({
  ...onLedger(...actions),
  Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
});

const EXCEPT_PROTECTED: Statement = {
  Effect: 'Deny',
  Action: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  Resource: ['<StorageLedger5E7CB2E3.Arn>'],
  Condition: {
    'ForAnyValue:StringLike': {
      'dynamodb:LeadingKeys': ['EVENTS#*', 'PROOFS#*', 'ENDPOINTS#*', 'AGENDA#*'],
    },
  },
};

const ON_DEFAULT_BUS = allow(
  ['events:PutEvents'],
  ['arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/default'],
  {
    'ForAllValues:StringEquals': {
      'events:source': 'keyturn',
      'events:detail-type': 'Credential Promoted',
    },
  },
);

const onReports = (action: string, ...keys: string[]) =>
  allow([`s3:${action}`], keys.map((key) => `${REPORTS}/${key}`).sort());

const through = (service: string, actions: string[], keys = [KEY]) =>
  allow(
    actions.map((action) => `kms:${action}`),
    keys,
    { StringEquals: { 'kms:ViaService': `${service}.<AWS::Region>.amazonaws.com` } },
  );

const SECRET_KEYS = [KEY, ADOPTED_KEY];

const IN_SUBNETS = [
  allow(['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'], ['*']),
  allow(
    [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:UnassignPrivateIpAddresses',
    ],
    ['arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:*/*'],
  ),
];

const EXPECTED: Readonly<Record<string, Statement[]>> = {
  Validate: [
    onSecrets('DescribeSecret', 'GetSecretValue'),
    through('secretsmanager', ['Decrypt'], SECRET_KEYS),
    onLedger('GetItem', 'PutItem', 'UpdateItem'),
    EXCEPT_PROTECTED,
    through('dynamodb', ['Decrypt']),
  ],
  Lookup: [onLedger('GetItem', 'Query'), through('dynamodb', ['Decrypt'])],
  Rotate: [
    ...IN_SUBNETS,
    onSecrets('DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'),
    through('secretsmanager', ['Decrypt', 'GenerateDataKey'], SECRET_KEYS),
    onUsers('CreateAccessKey', 'DeleteAccessKey', 'GetAccessKeyLastUsed', 'ListAccessKeys', 'ListUserTags'),
    onLedger('GetItem', 'PutItem', 'Query'),
    through('dynamodb', ['Decrypt']),
    ON_DEFAULT_BUS,
  ],
  Retire: [
    ...IN_SUBNETS,
    onSecrets('DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'),
    through('secretsmanager', ['Decrypt'], SECRET_KEYS),
    onUsers('DeleteAccessKey', 'GetAccessKeyLastUsed', 'ListAccessKeys', 'ListUserTags', 'UpdateAccessKey'),
    onLedger('GetItem', 'PutItem', 'Query'),
    through('dynamodb', ['Decrypt']),
  ],
  RetireDue: [
    allow(['secretsmanager:ListSecrets'], ['*']),
    onPartitions(['AGENDA#*', 'RETIREMENT-RUN'], 'GetItem', 'PutItem'),
    allow(['dynamodb:Query'], ['<StorageLedger5E7CB2E3.Arn>/index/due']),
    through('dynamodb', ['Decrypt']),
    allow(['states:StartExecution'], [RETIREMENT]),
    allow(
      ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
      ['<RetireTimetableDeadLetters0E515969.Arn>'],
    ),
  ],
  Operate: [
    ...IN_SUBNETS,
    onSecrets('DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'),
    {
      ...onSecrets('RotateSecret'),
      Condition: {
        StringEquals: { 'secretsmanager:ResourceTag/keyturn:managed': 'true' },
        ArnEqualsIfExists: { 'secretsmanager:RotationLambdaARN': '<RotateFunction80E9DEEB.Arn>' },
      },
    },
    through('secretsmanager', ['Decrypt'], SECRET_KEYS),
    onUsers('DeleteAccessKey', 'GetAccessKeyLastUsed', 'ListAccessKeys', 'ListUserTags', 'UpdateAccessKey'),
    onLedger('GetItem', 'PutItem', 'Query'),
    through('dynamodb', ['Decrypt']),
    ON_DEFAULT_BUS,
  ],
  AuditPlan: [
    allow(['secretsmanager:ListSecrets'], ['*']),
    onSecrets('GetSecretValue'),
    through('secretsmanager', ['Decrypt'], SECRET_KEYS),
    allow(
      [
        'cloudtrail:DescribeTrails',
        'cloudtrail:LookupEvents',
        'cloudwatch:DescribeAlarmsForMetric',
        'cloudwatch:GetMetricData',
        'ecs:DescribeTaskDefinition',
        'ecs:ListTaskDefinitionFamilies',
        'iam:GenerateCredentialReport',
        'iam:GetAccountAuthorizationDetails',
        'iam:GetCredentialReport',
        'lambda:ListFunctions',
        'logs:DescribeLogGroups',
        'ssm:DescribeParameters',
      ],
      ['*'],
    ),
    allow(
      ['cloudformation:DescribeStacks', 'cloudformation:ListStacks'],
      ['arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/*'],
    ),
    allow(['cloudtrail:GetTrailStatus'], ['arn:<AWS::Partition>:cloudtrail:*:*:trail/*']),
    allow(['cloudwatch:DescribeAlarms'], [here('cloudwatch', 'alarm:*')]),
    allow(['logs:FilterLogEvents'], [here('logs', 'log-group:Keyturn-*')]),
    onLedger('DescribeContinuousBackups', 'DescribeTimeToLive'),
    allow(
      [
        'ses:GetAccount',
        'ses:GetAccountSendingEnabled',
        'ses:GetIdentityDkimAttributes',
        'ses:GetIdentityMailFromDomainAttributes',
        'ses:GetIdentityVerificationAttributes',
        'ses:GetSendQuota',
        'ses:ListAddonInstances',
        'ses:ListArchives',
        'ses:ListConfigurationSets',
        'ses:ListDedicatedIpPools',
        'ses:ListIdentities',
        'ses:ListIngressPoints',
      ],
      ['*'],
    ),
    allow(
      ['ses:GetConfigurationSet', 'ses:GetConfigurationSetEventDestinations'],
      [here('ses', 'configuration-set/*')],
    ),
    allow(['ses:GetDedicatedIpPool', 'ses:GetDedicatedIps'], [here('ses', 'dedicated-ip-pool/*')]),
    allow(['ses:GetArchive'], [here('ses', 'mailmanager-archive/*')]),
    allow(['ses:GetIngressPoint'], [here('ses', 'mailmanager-ingress-point/*')]),
    allow(['ses:GetTrafficPolicy'], [here('ses', 'mailmanager-traffic-policy/*')]),
    onReports('PutObject', 'audits/*/account.json', 'audits/*/plan.jsonl'),
    through('s3', ['Decrypt', 'GenerateDataKey']),
    onPartitions(['AUDIT-RUN'], 'GetItem', 'PutItem'),
    through('dynamodb', ['Decrypt']),
  ],
  AuditExamine: [
    onSecrets('DescribeSecret', 'GetResourcePolicy', 'GetSecretValue', 'ValidateResourcePolicy'),
    through('secretsmanager', ['Decrypt'], SECRET_KEYS),
    allow(['kms:DescribeKey', 'kms:GetKeyRotationStatus'], SECRET_KEYS),
    onUsers(
      'GetAccessKeyLastUsed',
      'GetLoginProfile',
      'GetUserPolicy',
      'ListAccessKeys',
      'ListAttachedUserPolicies',
      'ListGroupsForUser',
      'ListUserPolicies',
      'SimulatePrincipalPolicy',
    ),
    allow(
      ['iam:GetPolicy', 'iam:GetPolicyVersion'],
      ['<AWS::AccountId>', 'aws'].map((owner) => `arn:<AWS::Partition>:iam::${owner}:policy/*`),
    ),
    allow(['ses:GetEmailIdentity'], [here('ses', 'identity/*')]),
    onReports('GetObject', 'audits/*/account.json', 'audits/*/results/*'),
    onReports('PutObject', 'audits/*/results/*'),
    allow(['s3:ListBucket'], [REPORTS], { StringLike: { 's3:prefix': 'audits/*' } }),
    through('s3', ['Decrypt', 'GenerateDataKey']),
    onLedger('GetItem', 'PutItem', 'UpdateItem'),
    EXCEPT_PROTECTED,
    through('dynamodb', ['Decrypt']),
  ],
  AuditReport: [
    onReports('GetObject', 'audits/*/plan.jsonl', 'audits/*/results/*', 'audits/latest.json'),
    onReports(
      'PutObject',
      'audits/*/credentials/*.html',
      'audits/*/report.html',
      'audits/*/report.json',
      'audits/*/summary.json',
      'audits/latest.json',
    ),
    allow(['s3:ListBucket'], [REPORTS], { StringLike: { 's3:prefix': 'audits/*' } }),
    through('s3', ['Decrypt', 'GenerateDataKey']),
    onPartitions(['AUDIT-RUN', 'AUDIT'], 'PutItem', 'Query'),
    through('dynamodb', ['Decrypt']),
  ],
  AuditNotify: [
    onReports('GetObject', 'audits/*/results/*'),
    allow(['s3:ListBucket'], [REPORTS], { StringLike: { 's3:prefix': 'audits/*' } }),
    through('s3', ['Decrypt']),
    allow(
      ['securityhub:BatchImportFindings'],
      ['arn:<AWS::Partition>:securityhub:<AWS::Region>:<AWS::AccountId>:product/<AWS::AccountId>/default'],
    ),
    allow(
      ['ses:SendEmail'],
      ['audit@example.com', 'example.com'].map(
        (identity) => `arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/${identity}`,
      ),
      { StringEquals: { 'ses:FromAddress': 'audit@example.com' } },
    ),
    onPartitions(['AUDIT-DIGEST#*'], 'PutItem'),
    through('dynamodb', ['Decrypt']),
  ],
  AuditLookup: [
    onReports(
      'GetObject',
      'audits/*/credentials/*.html',
      'audits/*/report.html',
      'audits/*/summary.json',
      'audits/latest.json',
    ),
    allow(['s3:ListBucket'], [REPORTS], { StringLike: { 's3:prefix': 'audits/*' } }),
    through('s3', ['Decrypt']),
  ],
};

describe('the functions that set passwords', () => {
  const networkOf = (id: string, from = resources) => named(from, `${id}Function`).Properties.VpcConfig;

  it('stand in the subnets of the password tables, and no others do', () => {
    const there = Object.keys(EXPECTED).filter((id) => networkOf(id) !== undefined);
    expect(there).toEqual(['Rotate', 'Retire', 'Operate']);
    expect(networkOf('Rotate')).toEqual({
      SubnetIds: ['subnet-0a1b2c3d'],
      SecurityGroupIds: ['sg-0a1b2c3d'],
    });
  });

  it('stand in none when the database is reached from outside', () => {
    const outside = resourcesOf({ passwordTables: {} });
    expect(networkOf('Rotate', outside)).toBeUndefined();
    expect(JSON.stringify(allowed(outside, 'Rotate'))).not.toContain('ec2:');
  });
});

describe.each(Object.entries(EXPECTED))('the function %s', (name, expected) => {
  const properties = named(resources, `${name}Function`).Properties;

  it('may write its own log and trace, do its own work, and nothing else', () => {
    const ownLog = named(resources, `${name}RoleDefaultPolicy`).Properties.PolicyDocument.Statement[0]
      .Resource;
    expect(ownLog).toBe(`<${properties.LoggingConfig.LogGroup.slice(1, -1)}.Arn>`);
    expect(allowed(resources, name)).toEqual([
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [ownLog]),
      TRACE,
      ...expected,
    ]);
  });

  it('has no AWS managed policy', () => {
    expect(named(resources, `${name}Role`).Properties.ManagedPolicyArns).toBeUndefined();
  });

  it('runs on Node 24 and ARM, traced, with memory, time and log format of its own', () => {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON' },
      MemorySize: expect.any(Number),
      Timeout: expect.any(Number),
    });
  });

  it('is told exactly the settings that functions/environment.ts reads', () => {
    expect(properties.Environment.Variables).toEqual({
      [ENVIRONMENT.stack]: 'Keyturn',
      [ENVIRONMENT.table]: '<StorageLedger5E7CB2E3>',
      [ENVIRONMENT.bucket]: '<StorageReports31B47EB2>',
      [ENVIRONMENT.overlapHours]: '48',
      [ENVIRONMENT.soakHours]: '72',
      [ENVIRONMENT.loginFailures]: '4',
      [ENVIRONMENT.loginHostFailures]: '4',
      [ENVIRONMENT.loginWindowMinutes]: '15',
      [ENVIRONMENT.reportRetentionDays]: '400',
      [ENVIRONMENT.auditOptIn]: '[]',
      [ENVIRONMENT.nameServers]: 'none',
      [ENVIRONMENT.dnsOverHttps]: 'https://cloudflare-dns.com/dns-query',
      [ENVIRONMENT.dkimSelectors]: 'none',
      [ENVIRONMENT.rotationDays]: '30',
      [ENVIRONMENT.watched]: ['keyturn/orders', 'mail/mailgun', 'mail/office'].map(watchMark).join(','),
      [ENVIRONMENT.ports]: 'none',
      [ENVIRONMENT.networks]: 'none',
      ...(name === 'AuditNotify' && {
        [ENVIRONMENT.securityHub]: 'on',
        [ENVIRONMENT.digestFrom]: 'audit@example.com',
      }),
      ...(name === 'RetireDue' && { [ENVIRONMENT.retirementMachine]: RETIREMENT }),
      ...(name === 'Operate' && { [ENVIRONMENT.rotateFunction]: '<RotateFunction80E9DEEB.Arn>' }),
    });
  });
});

describe('the function that tells others', () => {
  const actions = (keyturn: object) =>
    allowed(resourcesOf(keyturn), 'AuditNotify').flatMap(({ Action }) => Action);

  it('is not there when nobody shall be told', () => {
    expect(() => actions({})).toThrow('got 0');
  });

  it('may only do what the configuration wants', () => {
    expect(actions({ securityHub: true })).not.toContain('ses:SendEmail');
    expect(actions({ digestFrom: 'audit@example.com' })).not.toContain('securityhub:BatchImportFindings');
  });
});

it('there are no other functions', () => {
  expect(ofType(resources, 'AWS::Lambda::Function')).toHaveLength(Object.keys(EXPECTED).length);
});

it('the key pattern of the results covers the keys that the examination writes', () => {
  expect(REPORT.result('run', 7)).toMatch(/^audits\/[^/]+\/results\/.+$/);
});

describe('who may invoke', () => {
  const permissions = ofType(resources, 'AWS::Lambda::Permission').map(({ Properties }) => Properties);

  it('the rotation: Secrets Manager, on behalf of this account only', () => {
    const [rotation] = permissions.filter(({ Principal }) => Principal === 'secretsmanager.amazonaws.com');
    expect(rotation).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: '<RotateFunction80E9DEEB.Arn>',
      Principal: 'secretsmanager.amazonaws.com',
      SourceAccount: '<AWS::AccountId>',
    });
  });

  it('validation, credentials, report and operations: API Gateway, each for its own methods', () => {
    const byApi = permissions.filter(({ Principal }) => Principal === 'apigateway.amazonaws.com');
    const path = (arn: string) => arn.slice(arn.indexOf('/'));
    expect(byApi.map(({ FunctionName, SourceArn }) => [FunctionName, path(SourceArn)])).toEqual([
      ['<ValidateFunction2E581753.Arn>', '/<ApiRestApiDeploymentStageprodE828476C>/POST/validations'],
      ['<OperateFunction6F45C1C3.Arn>', '/<ApiRestApiDeploymentStageprodE828476C>/POST/operations'],
      ['<OperateFunction6F45C1C3.Arn>', '/<ApiRestApiDeploymentStageprodE828476C>/GET/operations/*'],
      ...['latest', '*', '*/report'].map((path) => [
        expect.stringMatching(/^<AuditLookupFunction\w{8}\.Arn>$/),
        `/<ApiRestApiDeploymentStageprodE828476C>/GET/audits/${path}`,
      ]),
      ['<LookupFunction194FD8D8.Arn>', '/<ApiRestApiDeploymentStageprodE828476C>/GET/credentials'],
      ['<OperateFunction6F45C1C3.Arn>', '/<ApiRestApiDeploymentStageprodE828476C>/GET/credentials/*'],
      ['<LookupFunction194FD8D8.Arn>', '/<ApiRestApiDeploymentStageprodE828476C>/GET/openapi.json'],
    ]);
  });

  it('the operations: besides API Gateway they themselves, and they the rotation', () => {
    const invocations = named(resources, 'OperateInvocations').Properties;
    expect(statements(invocations.PolicyDocument)).toEqual([
      allow(['lambda:InvokeFunction'], ['<OperateFunction6F45C1C3.Arn>', '<RotateFunction80E9DEEB.Arn>']),
    ]);
    expect(invocations.Roles).toEqual([expect.stringMatching(/^<OperateRole\w{8}>$/)]);
  });

  it('the operations: a rotation and retirement, which have them go on', () => {
    const { PolicyDocument, Roles } = named(resources, 'OperateGoingOn').Properties;
    expect(statements(PolicyDocument)).toEqual([
      allow(['lambda:InvokeFunction'], ['<OperateFunction6F45C1C3.Arn>']),
    ]);
    expect(Roles).toEqual([
      expect.stringMatching(/^<RotateRole\w{8}>$/),
      expect.stringMatching(/^<RetireRole\w{8}>$/),
    ]);
  });

  it.each([['ValidateInvocations', '<ValidateFunction']])(
    'one that works on several secrets itself, and nothing else: %s',
    (name, self) => {
      const { PolicyDocument, Roles } = named(resources, name).Properties;
      const [statement, ...others] = statements(PolicyDocument);
      expect(others).toEqual([]);
      expect(statement).toEqual(
        allow(['lambda:InvokeFunction'], [expect.stringMatching(new RegExp(`^${self}\\w{8}\\.Arn>$`))]),
      );
      expect(Roles).toEqual([
        expect.stringMatching(new RegExp(`^${self.replace('Function', 'Role')}\\w{8}>$`)),
      ]);
    },
  );

  it('nobody else', () => {
    expect(permissions).toHaveLength(10);
  });
});

it('a failed look for what is due, which runs asynchronously, ends in a queue that is watched; an operation is tried again', () => {
  expect(ofType(resources, 'AWS::Lambda::EventInvokeConfig').map(({ Properties }) => Properties)).toEqual([
    {
      FunctionName: '<RetireDueFunction7EFC9A4C>',
      Qualifier: '$LATEST',
      MaximumEventAgeInSeconds: 3600,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: '<RetireTimetableDeadLetters0E515969.Arn>' } },
    },
    {
      FunctionName: '<OperateFunction6F45C1C3>',
      Qualifier: '$LATEST',
      MaximumEventAgeInSeconds: 3600,
      MaximumRetryAttempts: 2,
    },
  ]);
});
