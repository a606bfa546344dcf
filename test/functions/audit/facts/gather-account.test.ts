import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gatherAccount } from '../../../../functions/audit/facts/gather.ts';
import type { AccountFacts } from '../../../../functions/audit/subjects/account.ts';
import { accountReaders } from '../../../../functions/aws.ts';
import { AccountServer, type Operation } from '../../../support/aws/account-server.ts';
import { InProcessSes } from '../in-process-ses.ts';

const NOW = Date.parse('2026-11-24T06:00:00Z');
const DAY = 24 * 60 * 60 * 1000;
const CANARY = 'canary-V8kq2LxZr9Tn4WsB';
const ADDRESS = 'ada@shop.example.com';
const LOGIN = Buffer.from(`\0ada\0${CANARY}`).toString('base64');
const REPORT = `user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active
<root_account>,arn:aws:iam::1:root,2020,not_supported,2026,not_supported,not_supported,true
ada,arn:aws:iam::1:user/ada,2020,true,2026,2026,N/A,true
"bob, the builder",arn:aws:iam::1:user/bob, the builder,2020,true,2026,2026,N/A,false
orders,arn:aws:iam::1:user/orders,2020,false,N/A,N/A,N/A,false
`;

const CI = {
  PolicyName: 'tagging',
  PolicyDocument: encodeURIComponent(
    JSON.stringify({ Statement: { Effect: 'Allow', Action: 'secretsmanager:TagResource', Resource: '*' } }),
  ),
};

const readEvent = (secretId: string, userIdentity: object, extra: object = {}) => ({
  EventTime: new Date(NOW - DAY),
  CloudTrailEvent: JSON.stringify({ userIdentity, requestParameters: { secretId }, ...extra }),
});
const role = (userName: string) => ({ type: 'AssumedRole', sessionContext: { sessionIssuer: { userName } } });

/** What is found by which pattern, in which log group. */
const LINES = [
  ['"AUTH PLAIN "', 'Keyturn-a', 'C: AUTH PLAIN and AUTH PLAIN LOGIN were offered'],
  ['"AUTH PLAIN "', 'Keyturn-b', `C: AUTH PLAIN ${LOGIN}`],
  ['"pass="', 'Keyturn-a', 'smtp://ada?pass=***&pass=undefined compass=north pass='],
  ['"pass="', 'Keyturn-b', `POST /login?user=ada&pass=${CANARY}`],
  ['"@"', 'Keyturn-a', `mail of ${ADDRESS} was refused`],
  ['"@"', 'Keyturn-b', 'loaded nodemailer@10.6.0 and node_modules/@aws-sdk/core'],
] as const;

let account: AccountServer;
let ses: InProcessSes;
let plain: string[];

beforeEach(async () => {
  ses = new InProcessSes();
  plain = [];
  account = await AccountServer.start({
    DescribeTrails: () => ({ trailList: [{ TrailARN: 'off' }, { TrailARN: 'on' }] }),
    GetTrailStatus: ({ Name }) => ({ IsLogging: Name === 'on' }),
    LookupEvents: ({ NextToken }) =>
      NextToken
        ? { Events: [readEvent('mail/ada', { type: 'IAMUser', userName: 'ada' })] }
        : {
            Events: [
              readEvent('keyturn/orders', role('shop')),
              readEvent('keyturn/orders', role('shop')),
              readEvent('keyturn/orders', role('Keyturn-AuditPlanRole1234')),
              readEvent('keyturn/denied', role('stranger'), { errorCode: 'AccessDenied' }),
              { CloudTrailEvent: JSON.stringify({ userIdentity: {}, requestParameters: null }) },
            ],
            NextToken: 'more',
          },
    DescribeAlarms: () => ({
      MetricAlarms: [
        { AlarmName: 'Keyturn-a', ActionsEnabled: true, AlarmActions: ['arn:topic'] },
        { AlarmName: 'Keyturn-b', ActionsEnabled: false, AlarmActions: ['arn:topic'] },
        { AlarmName: 'Keyturn-c', ActionsEnabled: true, AlarmActions: [] },
      ],
    }),
    DescribeAlarmsForMetric: ({ MetricName }) => ({
      MetricAlarms:
        MetricName === 'Reputation.BounceRate' ? [{ ActionsEnabled: true, AlarmActions: ['arn:topic'] }] : [],
    }),
    GetMetricData: ({ MetricDataQueries }) => ({
      MetricDataResults: JSON.stringify(MetricDataQueries).includes('RestoreDrill')
        ? [{ Id: 'drill', Values: [1, 1], Timestamps: [new Date(NOW - 7 * DAY), new Date(NOW - 50 * DAY)] }]
        : [
            { Id: 'bounce', Values: [0.02, 0.5] },
            { Id: 'complaint', Values: [] },
          ],
    }),
    DescribeLogGroups: () => ({
      logGroups: [
        { logGroupName: 'Keyturn-a', retentionInDays: 90, kmsKeyId: 'arn:key' },
        { logGroupName: 'Keyturn-b' },
      ],
    }),
    FilterLogEvents: ({ logGroupName, nextToken, filterPattern = '' }) => {
      if (logGroupName === 'Keyturn-a' && filterPattern.includes('AUTH') && !nextToken)
        return { events: [], nextToken: 'more' };
      const lines = LINES.filter(([pattern, group]) => pattern === filterPattern && group === logGroupName);
      return { events: lines.map(([, , message]) => ({ message })) };
    },
    DescribeContinuousBackups: () => ({
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
      },
    }),
    DescribeTimeToLive: () => ({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' },
    }),
    GenerateCredentialReport: () => ({ State: 'COMPLETE' }),
    GetAccountAuthorizationDetails: () => ({
      RoleDetailList: [{ RoleName: 'ci', Path: '/', RolePolicyList: [CI] }],
    }),
    GetCredentialReport: () => ({ Content: Buffer.from(REPORT).toString('base64') }),
    ListFunctions: ({ Marker }) =>
      Marker
        ? {
            Functions: [
              {
                FunctionName: 'Keyturn-AuditPlan',
                Runtime: 'nodejs24.x',
                LastModified: '2026-11-01T06:00:00.000+0000',
              },
            ],
          }
        : {
            Functions: [
              {
                FunctionName: 'shop',
                Environment: {
                  Variables: {
                    SMTP_PASSWORD: CANARY,
                    MAIL_SECRET: 'arn:aws:secretsmanager:us-east-1:1:secret:a',
                    SMTP_TOKEN: '',
                    SESSION_SECRET: 'no mail',
                  },
                },
              },
            ],
            NextMarker: 'more',
          },
    ListTaskDefinitionFamilies: ({ nextToken }) =>
      nextToken ? { families: ['shop'] } : { families: ['batch'], nextToken: 'more' },
    DescribeTaskDefinition: ({ taskDefinition }) => ({
      taskDefinition:
        taskDefinition !== 'shop'
          ? {}
          : {
              containerDefinitions: [
                { name: 'proxy' },
                {
                  name: 'web',
                  environment: [
                    { name: 'SMTP_PASSWORD', value: CANARY },
                    { name: 'SMTP_HOST', value: 'mail.example.com' },
                  ],
                },
              ],
            },
    }),
    DescribeStacks: ({ NextToken }) => ({
      Stacks: [
        {
          StackName: NextToken ? 'shop' : 'empty',
          CreationTime: new Date(NOW),
          StackStatus: 'CREATE_COMPLETE',
          ...(NextToken && {
            Outputs: [
              { OutputKey: 'SmtpPassword', OutputValue: CANARY },
              { OutputKey: 'SmtpSecret', OutputValue: 'arn:aws:secretsmanager:us-east-1:1:secret:a' },
            ],
          }),
        },
      ],
      ...(!NextToken && { NextToken: 'more' }),
    }),
    ListAddonInstances: ({ NextToken }) =>
      NextToken
        ? { AddonInstances: [{ AddonName: 'ABUSIX_MAIL_INTELLIGENCE' }] }
        : { AddonInstances: [{ AddonName: 'TRENDMICRO_VSAPI' }], NextToken: 'more' },
    ListArchives: () => ({ Archives: [{ ArchiveId: 'a-1' }] }),
    GetArchive: ({ ArchiveId }) => ({
      ArchiveId,
      ArchiveName: 'sent',
      ArchiveArn: `arn:${ArchiveId}`,
      ArchiveState: 'ACTIVE',
      Retention: { RetentionPeriod: 'ONE_YEAR' },
      KmsKeyArn: 'arn:key',
    }),
    ListIngressPoints: () => ({
      IngressPoints: [
        { IngressPointName: 'in', IngressPointId: 'i-1', Status: 'ACTIVE', Type: 'OPEN' },
        { IngressPointName: 'out', IngressPointId: 'i-2', Status: 'ACTIVE', Type: 'AUTH' },
      ],
    }),
    GetIngressPoint: ({ IngressPointId }) => ({
      IngressPointId,
      IngressPointName: String(IngressPointId),
      Status: 'ACTIVE',
      Type: 'OPEN',
      TlsPolicy: 'REQUIRED',
      ...(IngressPointId === 'i-1' && { TrafficPolicyId: 't-1' }),
    }),
    GetTrafficPolicy: ({ TrafficPolicyId }) => ({
      TrafficPolicyId,
      TrafficPolicyName: 'rules',
      DefaultAction: 'DENY',
      PolicyStatements: [],
    }),
    GetAccount: () => ({
      ProductionAccessEnabled: true,
      EnforcementStatus: 'PROBATION',
      SuppressionAttributes: { SuppressedReasons: ['BOUNCE'] },
    }),
    ListConfigurationSets: ({ NextToken }) =>
      NextToken
        ? { ConfigurationSets: ['plain'] }
        : { ConfigurationSets: ['orders & more'], NextToken: 'more' },
    GetConfigurationSet: ({ name }) =>
      name === 'plain'
        ? {}
        : {
            DeliveryOptions: { TlsPolicy: 'REQUIRE', SendingPoolName: 'orders' },
            ReputationOptions: { ReputationMetricsEnabled: true },
            SuppressionOptions: { SuppressedReasons: [] },
            ArchivingOptions: { ArchiveArn: 'arn:a-1' },
          },
    GetConfigurationSetEventDestinations: ({ name }) => ({
      EventDestinations: [
        { Name: 'a', Enabled: name !== 'plain', MatchingEventTypes: ['BOUNCE', 'COMPLAINT'] },
        { Name: 'b', Enabled: true, MatchingEventTypes: ['BOUNCE'] },
      ],
    }),
    GetDedicatedIps: () => ({
      DedicatedIps: [
        { Ip: '192.0.2.1', WarmupStatus: 'DONE', WarmupPercentage: 100, PoolName: 'old' },
        { Ip: '192.0.2.2', WarmupStatus: 'IN_PROGRESS', WarmupPercentage: 40, PoolName: 'old' },
        { Ip: '192.0.2.3', WarmupStatus: 'DONE', WarmupPercentage: 100 },
      ],
    }),
    ListDedicatedIpPools: () => ({ DedicatedIpPools: ['orders', 'old'] }),
    GetDedicatedIpPool: ({ name }) => ({
      DedicatedIpPool: { PoolName: name, ScalingMode: name === 'orders' ? 'MANAGED' : 'STANDARD' },
    }),
    DescribeParameters: ({ NextToken }) =>
      NextToken
        ? { Parameters: [{ Name: '/shop/smtp/password' }] }
        : { Parameters: [{ Name: '/shop/smtp/host' }, { Name: '/shop/db/password' }], NextToken: 'more' },
  });
});
afterEach(() => account.close());

const gathered = () =>
  gatherAccount({
    clients: { ...accountReaders(new AbortController().signal), ses: ses.client },
    region: 'us-east-1',
    stack: 'Keyturn',
    table: 'ledger',
    values: { addPlain: (value) => void plain.push(value) },
    now: NOW,
  });

describe('an account', () => {
  it('is read to its last page, from every service', async () => {
    const known = <T>(value: T) => ({ known: true, value });
    expect(await gathered()).toMatchObject({
      functions: known([
        { name: 'shop', own: false, runtime: null, changedAt: null, passwordVariables: ['SMTP_PASSWORD'] },
        {
          name: 'Keyturn-AuditPlan',
          own: true,
          runtime: 'nodejs24.x',
          changedAt: Date.parse('2026-11-01T06:00:00Z'),
          passwordVariables: [],
        },
      ]),
      plainParameters: known(['/shop/smtp/password']),
      taskVariables: known(['shop/web.SMTP_PASSWORD']),
      stackOutputs: known(['shop.SmtpPassword']),
      readers: known({
        since: NOW - 90 * DAY,
        bySecret: { 'keyturn/orders': ['role/shop'], 'mail/ada': ['user/ada'] },
      }),
      logs: known({
        groups: [
          { name: 'Keyturn-a', retentionDays: 90, ownKey: true },
          { name: 'Keyturn-b', retentionDays: null, ownKey: false },
        ],
        leaks: { 'Keyturn-b': 2 },
        addresses: { 'Keyturn-a': 1 },
        complete: true,
      }),
      people: known({ withPassword: 2, withoutMfa: 1, rootMfa: true }),
      hands: known({ table: 'ledger', administrators: 0, principals: [{ name: 'role/ci' }] }),
      trail: known(true),
      alarms: known([
        { name: 'Keyturn-a', acts: true },
        { name: 'Keyturn-b', acts: false },
        { name: 'Keyturn-c', acts: false },
      ]),
      lastDrill: known(NOW - 7 * DAY),
      tableRecovery: known(true),
      tableExpiry: known(true),
      ses: {
        state: known({ production: true, enforcement: 'PROBATION', suppressed: ['BOUNCE'] }),
        configurationSets: known([
          {
            name: 'orders & more',
            tls: 'REQUIRE',
            pool: 'orders',
            reputationMetrics: true,
            suppressed: [],
            archiveArn: 'arn:a-1',
            events: ['BOUNCE', 'COMPLAINT'],
          },
          {
            name: 'plain',
            tls: 'OPTIONAL',
            pool: null,
            reputationMetrics: false,
            suppressed: null,
            archiveArn: null,
            events: ['BOUNCE'],
          },
        ]),
        dedicatedIps: known({
          orders: { managed: true, warm: 0, warming: 0 },
          old: { managed: false, warm: 1, warming: 1 },
          'ses-default-dedicated-pool': { managed: false, warm: 1, warming: 0 },
        }),
        addOns: known(['TRENDMICRO_VSAPI', 'ABUSIX_MAIL_INTELLIGENCE']),
        archives: known([{ arn: 'arn:a-1', state: 'ACTIVE', ownKey: true, retention: 'ONE_YEAR' }]),
        ingressPoints: known([
          {
            name: 'i-1',
            status: 'ACTIVE',
            type: 'OPEN',
            tls: 'REQUIRED',
            defaultAction: 'DENY',
          },
          {
            name: 'i-2',
            status: 'ACTIVE',
            type: 'OPEN',
            tls: 'REQUIRED',
            defaultAction: null,
          },
        ]),
        reputation: known({ bounceRate: 0.02, complaintRate: null, watched: ['Reputation.BounceRate'] }),
      },
    });
  });

  it('hands values to the comparison, and keeps none', async () => {
    expect(JSON.stringify(await gathered())).not.toMatch(new RegExp(`canary|${LOGIN}|${ADDRESS}`));
    // The environments of a function and of a container, and the output of a stack.
    expect(plain.filter((value) => value === CANARY)).toHaveLength(3);
  });

  it('is searched for logins, passwords and addresses within a day, in the log groups of Keyturn only', async () => {
    await gathered();
    expect(account.inputsOf('DescribeLogGroups')).toMatchObject([{ logGroupNamePrefix: 'Keyturn-' }]);
    expect(account.inputsOf('FilterLogEvents')[0]).toMatchObject({
      logGroupName: 'Keyturn-a',
      filterPattern: '"AUTH PLAIN "',
      startTime: NOW - DAY,
      endTime: NOW,
    });
    expect(account.inputsOf('FilterLogEvents').map(({ filterPattern }) => filterPattern)).toEqual(
      expect.arrayContaining(['"pass="', '"@"']),
    );
  });
});

describe('what has no end', () => {
  it('is the history of reads: it is cut short, and says how far back it goes', async () => {
    account.answers.LookupEvents = () => ({ Events: [readEvent('a', role('shop'))], NextToken: 'more' });
    const { readers } = await gathered();
    expect(readers).toEqual({
      known: true,
      value: { since: NOW - DAY, bySecret: { a: ['role/shop'] } },
    });
    expect(account.inputsOf('LookupEvents')).toHaveLength(200);
  });

  it('are the task definitions: those that are read are compared, and the rest leaves the fact unknown', async () => {
    const families = Array.from({ length: 2001 }, (_, index) => (index === 0 ? 'shop' : `batch-${index}`));
    account.answers.ListTaskDefinitionFamilies = () => ({ families });
    const { taskVariables } = await gathered();
    expect(taskVariables).toMatchObject({ known: false, reason: 'timeout' });
    expect(plain).toContain(CANARY);
    expect(account.inputsOf('DescribeTaskDefinition')).toHaveLength(2000);
  }, 20_000);

  it('is the search of a large log group: it is cut short, and says so', async () => {
    account.answers.FilterLogEvents = () => ({ events: [], nextToken: 'more' });
    const { logs } = await gathered();
    expect(logs).toMatchObject({ known: true, value: { leaks: {}, complete: false } });
  });
});

type Fact = Exclude<keyof AccountFacts, 'ses' | 'values' | 'unread'>;

describe.each(['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation'])(
  'refused with %s',
  (code) => {
    it.each<[Operation, Fact]>([
      ['ListFunctions', 'functions'],
      ['DescribeParameters', 'plainParameters'],
      ['DescribeTaskDefinition', 'taskVariables'],
      ['DescribeStacks', 'stackOutputs'],
      ['DescribeTimeToLive', 'tableExpiry'],
      ['LookupEvents', 'readers'],
      ['GetTrailStatus', 'trail'],
      ['FilterLogEvents', 'logs'],
      ['GetCredentialReport', 'people'],
      ['DescribeAlarms', 'alarms'],
      ['DescribeContinuousBackups', 'tableRecovery'],
    ])('%s leaves %s unknown, and all else known', async (operation, fact) => {
      account.refused.set(operation, code);
      const { ses: _ses, ...facts } = await gathered();
      const unknown = Object.entries(facts).filter(([, { known }]) => !known);
      expect(unknown).toEqual([[fact, { known: false, reason: 'access-denied', detail: code }]]);
    });

    it.each<[Operation, keyof AccountFacts['ses']]>([
      ['GetAccount', 'state'],
      ['GetConfigurationSet', 'configurationSets'],
      ['GetDedicatedIpPool', 'dedicatedIps'],
      ['GetArchive', 'archives'],
      ['GetTrafficPolicy', 'ingressPoints'],
      ['ListAddonInstances', 'addOns'],
      ['DescribeAlarmsForMetric', 'reputation'],
    ])('%s leaves %s of Amazon SES unknown', async (operation, fact) => {
      account.refused.set(operation, code);
      expect((await gathered()).ses[fact]).toEqual({ known: false, reason: 'access-denied', detail: code });
    });
  },
);
