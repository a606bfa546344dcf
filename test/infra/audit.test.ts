import { describe, expect, it } from 'vitest';
import { parseReportedRun, RUN_LEASE_MS } from '../../functions/audit/run/run.ts';
import { allowed, KEYTURN, named, ofType, resourcesOf, statements } from './synthesized.ts';

const RUN = { runId: 'run-1', startedAt: '2026-11-24T06:00:00.000Z' };

const resources = resourcesOf({
  ...KEYTURN,
  auditSchedule: 'cron(30 4 * * ? *)',
});
const machine = named(resources, 'AuditStateMachine').Properties;
const definition = JSON.parse(machine.DefinitionString);
const { AuditPlan, ExamineBatches, AuditReport } = definition.States;
const { AuditExamine, ExamineEachAlone, AuditExamineJoin } = ExamineBatches.ItemProcessor.States;
const { AuditExamineAlone } = ExamineEachAlone.ItemProcessor.States;

describe('the audit', () => {
  it('plans a run that has the name of its execution', () => {
    expect(definition.StartAt).toBe('AuditPlan');
    expect(AuditPlan).toMatchObject({
      Resource: '<AuditPlanFunction49590BC2.Arn>',
      Parameters: { 'runId.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime' },
      Next: 'IsFirst',
    });
  });

  it('that meets another one ends at once, and well', () => {
    expect(definition.States.IsFirst).toEqual({
      Type: 'Choice',
      Choices: [{ Variable: '$.outcome', StringEquals: 'already-running', Next: 'AlreadyRunning' }],
      Default: 'ExamineBatches',
    });
    expect(definition.States.AlreadyRunning).toEqual({ Type: 'Succeed' });
  });

  it('takes half a day at most', () => {
    expect(definition.TimeoutSeconds).toBe(12 * 3600);
  });

  it.each(['AuditPlanFunction', 'AuditExamineFunction'])(
    'has no %s at work when its lease is over',
    (name) => {
      expect(named(resources, name).Properties.Timeout * 1000).toBeLessThan(RUN_LEASE_MS);
    },
  );

  it('gives the accepted risks of the configuration to the report, as they are', () => {
    const risk = {
      secret: 'mail/office',
      check: 'cert.key',
      reason: '$.planned "for" {{March}}',
      until: '2026-01-31',
    };
    const accepting = resourcesOf({ ...KEYTURN, acceptedRisks: [risk] });
    const { States } = JSON.parse(named(accepting, 'AuditStateMachine').Properties.DefinitionString);
    expect(States.AuditReport.Parameters.acceptedRisks).toEqual([risk]);
    expect(AuditReport.Parameters.acceptedRisks).toEqual([]);
    expect(parseReportedRun({ ...RUN, batches: 0, acceptedRisks: [risk] }).acceptedRisks).toEqual([risk]);
  });

  it('examines the batches of the plan, 10 at a time', () => {
    expect(ExamineBatches).toMatchObject({
      ItemReader: {
        Resource: 'arn:<AWS::Partition>:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSONL' },
        Parameters: { Bucket: '<StorageReports31B47EB2>', 'Key.$': '$.planKey' },
      },
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
      MaxConcurrency: 10,
    });
    expect(AuditExamine).toMatchObject({ Resource: '<AuditExamineFunctionFAA1DB40.Arn>', End: true });
  });

  it('goes on when a batch fails, and reports even when none could start', () => {
    expect(ExamineBatches).toMatchObject({
      ToleratedFailurePercentage: 100,
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'AuditReport', ResultPath: '$.examineError' }],
      Next: 'AuditReport',
    });
  });

  it('examines each secret of a batch that failed alone, one after the other, whatever becomes of each', () => {
    const everything = expect.objectContaining({ ErrorEquals: ['States.ALL'] });
    expect(AuditExamine.Catch).toEqual([everything]);
    expect(AuditExamine.Catch[0]).toMatchObject({ ResultPath: null, Next: 'ExamineEachAlone' });
    expect(ExamineEachAlone).toMatchObject({ ItemsPath: '$.secretArns', MaxConcurrency: 1 });
    expect(AuditExamineAlone.Catch).toEqual([everything]);
    expect(ExamineEachAlone.Next).toBe('AuditExamineJoin');
    expect(AuditExamineJoin).toMatchObject({ Resource: '<AuditExamineFunctionFAA1DB40.Arn>', End: true });
  });

  it('keeps the results out of its state, which holds 256 KiB', () => {
    for (const { ResultSelector } of [AuditExamine, AuditExamineAlone, AuditExamineJoin])
      expect(ResultSelector).toEqual({ 'batch.$': '$.batch' });
    expect(ExamineBatches.ResultPath).toBeNull();
  });

  it('reports the same run, and tells of it', () => {
    expect(AuditReport).toMatchObject({
      Resource: '<AuditReportFunctionF1AE9DFF.Arn>',
      Parameters: { 'runId.$': '$.runId', 'startedAt.$': '$.startedAt', 'batches.$': '$.batches' },
      Next: 'AuditNotify',
    });
  });

  it.each([
    ['plan', AuditPlan],
    ['examination', AuditExamine],
    ['examination of one', AuditExamineAlone],
    ['putting together', AuditExamineJoin],
    ['report', AuditReport],
  ])('tries the %s again when Lambda failed, not when our code did', (_, state) => {
    const [{ ErrorEquals, MaxAttempts }, ...others] = state.Retry;
    expect(others).toEqual([]);
    expect(MaxAttempts).toBe(6);
    expect(ErrorEquals).toEqual([
      'Lambda.AWSLambdaException',
      'Lambda.ClientExecutionTimeoutException',
      'Lambda.SdkClientException',
      'Lambda.ServiceException',
      'Lambda.TooManyRequestsException',
    ]);
  });

  it('is logged without its data, traced and encrypted', () => {
    expect(machine).toMatchObject({
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
      EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: '<StorageKeyBAA9457B.Arn>' },
    });
  });

  it('is not created before its role may do its work', () => {
    expect(named(resources, 'AuditStateMachine').DependsOn).toContain(
      'AuditStateMachineRoleDefaultPolicy0CB4D88C',
    );
  });

  it('may invoke its four functions, run its own batches, and touch nothing but the plan', () => {
    const states = 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>';
    const [invoke, plan, planKey, start, runs, ...others] = allowed(resources, 'AuditStateMachine');
    expect(invoke).toMatchObject({
      Action: ['lambda:InvokeFunction'],
      Resource: [
        '<AuditExamineFunctionFAA1DB40.Arn>',
        '<AuditNotifyFunctionB4CC8F56.Arn>',
        '<AuditPlanFunction49590BC2.Arn>',
        '<AuditReportFunctionF1AE9DFF.Arn>',
      ],
    });
    expect(plan).toMatchObject({
      Action: ['s3:GetObject'],
      Resource: ['<StorageReports31B47EB2.Arn>/audits/*/plan.jsonl'],
    });
    expect(planKey?.Condition).toEqual({
      StringEquals: { 'kms:ViaService': 's3.<AWS::Region>.amazonaws.com' },
    });
    expect(start).toMatchObject({
      Action: ['states:StartExecution'],
      Resource: [`${states}:stateMachine:Keyturn-audit`],
    });
    expect(runs).toMatchObject({
      Action: ['states:DescribeExecution', 'states:RedriveExecution', 'states:StopExecution'],
      Resource: [`${states}:execution:Keyturn-audit/Batches:*`, `${states}:execution:Keyturn-audit:*`],
    });
    const remaining = new Set(others.flatMap(({ Action }) => Action.map((action) => action.split(':')[0])));
    expect(remaining).toEqual(new Set(['kms', 'logs', 'xray']));
    expect(machine.StateMachineName).toBe('Keyturn-audit');
  });

  it('has no other policy', () => {
    const policies = ofType(resources, 'AWS::IAM::Policy').filter(({ Properties }) =>
      Properties.Roles.includes('<AuditStateMachineRole5C982544>'),
    );
    expect(policies).toHaveLength(1);
  });
});

describe.each([
  ['AuditTimetable', 'cron(30 4 * * ? *)', '<AuditStateMachineE693A784>', 'states:StartExecution', '{}'],
  ['RetireTimetable', 'rate(15 minutes)', '<RetireDueFunction7EFC9A4C.Arn>', 'lambda:InvokeFunction', '{}'],
  [
    'RetireSweep',
    'rate(1 day)',
    '<RetireStateMachine4EBFE6C3>',
    'states:StartExecution',
    '{"round":0,"sweepFrom":""}',
  ],
])('the schedule of %s', (name, expression, target, action, input) => {
  const schedule = named(resources, `${name}Schedule`).Properties;
  const queue = schedule.Target.DeadLetterConfig.Arn;
  // The two of retirement share one.
  const owner = name === 'RetireSweep' ? 'RetireTimetable' : name;

  it('starts its target, tries again for an hour, and leaves a dead letter then', () => {
    expect(schedule).toMatchObject({
      ScheduleExpression: expression,
      Target: {
        Arn: target,
        Input: input,
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 5 },
      },
    });
    expect(queue).toMatch(new RegExp(`^<${owner}DeadLetters\\w{8}\\.Arn>$`));
  });

  it('has a role of its own that can start the target, write the dead letter and nothing else', () => {
    expect(allowed(resources, name)).toEqual([
      { Effect: 'Allow', Action: [action], Resource: [target] },
      { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [queue] },
    ]);
    const trust = named(resources, `${name}Role`).Properties.AssumeRolePolicyDocument;
    expect(statements(trust)).toEqual([
      {
        Effect: 'Allow',
        Action: ['sts:AssumeRole'],
        Resource: [],
        Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
      },
    ]);
  });

  it('has an encrypted queue that refuses plain HTTP', () => {
    const deadLetters = named(resources, `${owner}DeadLetters`).Properties;
    expect(deadLetters.SqsManagedSseEnabled).toBe(true);
    const policy = named(resources, `${owner}DeadLettersPolicy`).Properties.PolicyDocument;
    expect(statements(policy)).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
  });
});
