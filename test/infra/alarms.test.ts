import { describe, expect, it } from 'vitest';
import { METRIC, METRIC_NAMESPACE, SERVICE } from '../../functions/observe/names.ts';
import { KEYTURN, named, ofType, resourcesOf, statements } from './synthesized.ts';

const resources = resourcesOf({ ...KEYTURN, deadManHours: 30 });
const alarms = ofType(resources, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);

const alarm = (title: string) => {
  const found = alarms.find(({ AlarmName }) => AlarmName === `Keyturn: ${title}`);
  if (!found)
    throw new Error(`No alarm ${title} among: ${alarms.map(({ AlarmName }) => AlarmName).join(', ')}`);
  return found;
};

const ANY = {
  ComparisonOperator: 'GreaterThanThreshold',
  Threshold: 0,
  EvaluationPeriods: 1,
  Period: 300,
  TreatMissingData: 'notBreaching',
};

const SILENCE = {
  ComparisonOperator: 'LessThanThreshold',
  Threshold: 1,
  EvaluationPeriods: 30,
  Period: 3600,
  Statistic: 'Sum',
  TreatMissingData: 'breaching',
};

const OURS = { Name: 'service', Value: SERVICE };

describe('an alarm', () => {
  it.each([
    ['rotation failed', METRIC.rotationFailed],
    ['key quota exhausted', METRIC.keyQuotaExhausted],
    ['retirement failed', METRIC.retirementFailed],
    ['audit left credentials unexamined', METRIC.auditUnexamined],
    ['audit not told', METRIC.auditNotTold],
  ])('tells on the first: %s', (title, metric) => {
    expect(alarm(title)).toMatchObject({
      ...ANY,
      Namespace: METRIC_NAMESPACE,
      MetricName: metric,
      Dimensions: [OURS],
      Statistic: 'Sum',
    });
  });

  it.each([
    ['rotation overdue', METRIC.rotationOverdue],
    ['replaced credential still in use', METRIC.replacedStillUsed],
  ])('stays from one look of retirement to the next: %s', (title, metric) => {
    expect(alarm(title)).toMatchObject({
      ...ANY,
      Period: 6 * 3600,
      Namespace: METRIC_NAMESPACE,
      MetricName: metric,
      Dimensions: [OURS],
      Statistic: 'Sum',
    });
  });

  it('tells of a rotation that Secrets Manager itself gave up', () => {
    const [[id, rule] = []] = Object.entries(resources).filter(
      ([, { Type }]) => Type === 'AWS::Events::Rule',
    );
    expect(alarm('rotation abandoned')).toMatchObject({
      ...ANY,
      Namespace: 'AWS/Events',
      MetricName: 'TriggeredRules',
      Dimensions: [{ Name: 'RuleName', Value: `<${id}>` }],
    });
    expect(rule?.Properties).toMatchObject({
      State: 'ENABLED',
      EventPattern: {
        source: ['aws.secretsmanager'],
        'detail-type': ['AWS Service Event via CloudTrail'],
        detail: { eventName: ['RotationFailed', 'RotationAbandoned'] },
      },
    });
    expect(rule?.Properties.Targets).toBeUndefined();
  });

  it.each([
    ['validate', 'Validate'],
    ['retire', 'Retire'],
    ['retire-due', 'RetireDue'],
    ['operate', 'Operate'],
    ['audit-plan', 'AuditPlan'],
    ['audit-examine', 'AuditExamine'],
    ['audit-report', 'AuditReport'],
    ['audit-notify', 'AuditNotify'],
    ['audits', 'AuditLookup'],
  ])('tells of the first error of the function %s', (title, construct) => {
    const [id] =
      Object.entries(resources).find(([, one]) => one === named(resources, `${construct}Function`)) ?? [];
    expect(alarm(`${title} failed`)).toMatchObject({
      ...ANY,
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: `<${id}>` }],
    });
  });

  it('is silent while a rotation waits for a person, although the function rejects until it is done', () => {
    const [rotate] =
      Object.entries(resources).find(([, one]) => one === named(resources, 'RotateFunction')) ?? [];
    expect(rotate).toBeDefined();
    const onItsErrors = alarms.filter(({ Dimensions }) => JSON.stringify(Dimensions).includes(`<${rotate}>`));
    expect(onItsErrors).toEqual([]);
    expect(alarms.map(({ MetricName }) => MetricName)).not.toContain(METRIC.rotationWaiting);
  });

  it.each([
    ['audit run failed', 'ExecutionsFailed', 'Audit'],
    ['audit run timed out', 'ExecutionsTimedOut', 'Audit'],
    ['retirement run failed', 'ExecutionsFailed', 'Retire'],
  ])('tells of: %s', (title, MetricName, construct) => {
    expect(alarm(title)).toMatchObject({
      ...ANY,
      Namespace: 'AWS/States',
      MetricName,
      Dimensions: [
        {
          Name: 'StateMachineArn',
          Value: expect.stringMatching(new RegExp(`^<${construct}StateMachine[0-9A-F]{8}>$`)),
        },
      ],
    });
  });

  it('tells when a certificate expires within a week, and goes on telling until the next audit', () => {
    expect(alarm('certificate expires soon')).toMatchObject({
      Namespace: METRIC_NAMESPACE,
      MetricName: METRIC.certDaysLeft,
      Dimensions: [OURS],
      Statistic: 'Minimum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 7,
      TreatMissingData: 'ignore',
    });
  });

  it('of what was not told is there only where somebody is told', () => {
    const titles = ofType(resourcesOf({}), 'AWS::CloudWatch::Alarm').map(
      ({ Properties }) => Properties.AlarmName,
    );
    expect(titles).not.toContain('Keyturn: audit not told');
  });

  it.each(['audit', 'retire'])('tells when the schedule of %s left a dead letter', (title) => {
    expect(alarm(`${title} was not run`)).toMatchObject({
      ...ANY,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Statistic: 'Maximum',
    });
  });

  it.each(['keyturn/orders', 'mail/mailgun', 'mail/office'])(
    'tells when %s has not logged in for deadManHours, also when nothing was measured at all',
    (secretName) => {
      expect(alarm(`no proven login with ${secretName}`)).toMatchObject({
        ...SILENCE,
        Namespace: METRIC_NAMESPACE,
        MetricName: METRIC.provenLogin,
        Dimensions: [{ Name: 'credential', Value: secretName }, OURS],
      });
    },
  );

  it('tells when no audit has completed for deadManHours', () => {
    expect(alarm('no completed audit')).toMatchObject({
      ...SILENCE,
      MetricName: METRIC.auditCompleted,
      Dimensions: [OURS],
    });
  });

  it('always publishes to the one topic and says what to do', () => {
    for (const { AlarmActions, AlarmDescription } of alarms) {
      expect(AlarmActions).toEqual(['<Alerts91F83244>']);
      expect(AlarmDescription).toMatch(/\w+ \w+.*\.$/);
    }
  });

  it('is a plain metric alarm: nothing composed, no metric mathematics', () => {
    expect(alarms).toHaveLength(28);
    expect(alarms.filter(({ Metrics }) => Metrics)).toEqual([]);
    expect(ofType(resources, 'AWS::CloudWatch::CompositeAlarm')).toEqual([]);
  });
});

describe('the topic', () => {
  it('takes messages over TLS only, and from alarms of this account', () => {
    const [policy] = ofType(resources, 'AWS::SNS::TopicPolicy');
    const raw = policy?.Properties.PolicyDocument;
    expect(statements(raw)).toEqual([
      {
        Effect: 'Deny',
        Action: ['sns:Publish'],
        Resource: ['<Alerts91F83244>'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      {
        Effect: 'Allow',
        Action: ['sns:Publish'],
        Resource: ['<Alerts91F83244>'],
        Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
      },
    ]);
    expect(raw.Statement[1].Principal).toEqual({ Service: 'cloudwatch.amazonaws.com' });
  });

  it('sends mail to alertEmail, and to nobody without one', () => {
    expect(ofType(resources, 'AWS::SNS::Subscription').map(({ Properties }) => Properties)).toEqual([
      { Protocol: 'email', Endpoint: 'ops@example.com', TopicArn: '<Alerts91F83244>' },
    ]);
    expect(ofType(resourcesOf({}), 'AWS::SNS::Subscription')).toEqual([]);
  });
});

describe('the dashboard', () => {
  const [dashboard] = ofType(resources, 'AWS::CloudWatch::Dashboard');

  it('shows every alarm, the logins of each credential and all outcomes', () => {
    const body: string = dashboard?.Properties.DashboardBody;
    expect(body.match(/<Alarms\w+\.Arn>/g)).toHaveLength(alarms.length);
    for (const name of ['keyturn/orders', 'mail/mailgun', 'mail/office', ...Object.values(METRIC)]) {
      expect(body).toContain(name);
    }
  });

  it('shows 100 alarms a widget, which is all that one can hold', () => {
    const many = Array.from({ length: 120 }, (_, index) => `many-${index}`);
    const credentials = many.map((name) => ({ type: 'existing', name, secretName: name }));
    const [dashboard] = ofType(resourcesOf({ credentials }), 'AWS::CloudWatch::Dashboard');
    const shown = JSON.parse(dashboard?.Properties.DashboardBody)
      .widgets.filter(({ type }: { type: string }) => type === 'alarm')
      .map(({ properties }: { properties: { alarms: string[] } }) => properties.alarms.length);
    expect(shown).toEqual([100, 43]);
  });
});
