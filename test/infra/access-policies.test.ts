import { describe, expect, it } from 'vitest';
import { named, resourcesOf, type Statement, statements } from './synthesized.ts';

const resources = resourcesOf({});

const policyOf = (role: string): Statement[] =>
  statements(named(resources, `Access${role}`).Properties.PolicyDocument);

const API =
  'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<ApiRestApiE35FEAFE>/<ApiRestApiDeploymentStageprodE828476C>';

const canCall = (...paths: string[]): Statement => ({
  Effect: 'Allow',
  Action: ['execute-api:Invoke'],
  Resource: paths.map((path) => `${API}${path}`),
});

describe('a viewer', () => {
  it('reads the verdicts, the latest audit, every report, the dashboard and its alarms, and nothing else', () => {
    const bucket = '<StorageReports31B47EB2.Arn>';
    expect(policyOf('Viewer')).toEqual([
      canCall('/GET/audits/*', '/GET/credentials', '/GET/credentials/*', '/GET/openapi.json'),
      {
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: ['*/credentials/*.html', '*/report.html', '*/report.json', 'latest.json'].map(
          (key) => `${bucket}/audits/${key}`,
        ),
      },
      {
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: [bucket],
        Condition: { StringLike: { 's3:prefix': 'audits/*' } },
      },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: ['<StorageKeyBAA9457B.Arn>'],
        Condition: { StringEquals: { 'kms:ViaService': 's3.<AWS::Region>.amazonaws.com' } },
      },
      {
        Effect: 'Allow',
        Action: ['cloudwatch:GetDashboard'],
        Resource: ['arn:<AWS::Partition>:cloudwatch::<AWS::AccountId>:dashboard/Keyturn'],
      },
      {
        Effect: 'Allow',
        Action: ['cloudwatch:DescribeAlarms'],
        Resource: ['arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:*'],
      },
      {
        Effect: 'Allow',
        Action: ['cloudwatch:GetMetricData', 'cloudwatch:ListDashboards'],
        Resource: ['*'],
      },
    ]);
  });
});

describe('a validator', () => {
  it('may do what a viewer may, and validate', () => {
    expect(policyOf('Validator')).toEqual([...policyOf('Viewer'), canCall('/POST/validations')]);
  });
});

describe('an operator', () => {
  const operator = policyOf('Operator');

  it('may do nothing without multi-factor authentication', () => {
    expect(operator.map(({ Condition }) => Condition)).toEqual(
      operator.map(() => expect.objectContaining({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } })),
    );
  });

  it('may have a credential operated on, start the audit and retirement, and nothing else', () => {
    const secrets = ['arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:*'];
    expect(operator.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [['execute-api:Invoke'], [`${API}/POST/operations`]],
      [['execute-api:Invoke'], [`${API}/GET/operations/*`]],
      [['secretsmanager:DescribeSecret'], secrets],
      [['states:StartExecution'], ['<AuditStateMachineE693A784>']],
      [['lambda:InvokeFunction'], ['<RetireFunctionE255B234.Arn>']],
    ]);
  });

  it('reaches managed secrets only', () => {
    const onSecrets = operator.filter(({ Action }) =>
      Action.some((one) => one.startsWith('secretsmanager:')),
    );
    expect(onSecrets.map(({ Condition }) => Condition)).toEqual(
      onSecrets.map(() =>
        expect.objectContaining({
          StringEquals: { 'secretsmanager:ResourceTag/keyturn:managed': 'true' },
        }),
      ),
    );
  });

  it('cannot call a step of a rotation: neither the function itself, nor RotateSecret, whose caller has to be able to', () => {
    expect(operator.flatMap(({ Action }) => Action)).not.toContain('secretsmanager:RotateSecret');
    expect(operator.flatMap(({ Resource }) => Resource).join()).not.toContain('RotateFunction');
  });

  it('alone may ask for an operation, or see one', () => {
    const others = [...policyOf('Viewer'), ...policyOf('Validator')].flatMap(({ Resource }) => Resource);
    expect(others.filter((resource) => resource.includes('/operations'))).toEqual([]);
  });

  it('cannot read a secret at all', () => {
    expect(operator.flatMap(({ Action }) => Action)).not.toContain('secretsmanager:GetSecretValue');
  });
});
