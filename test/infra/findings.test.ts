import type { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { keyturnApp } from '../../infra/app.ts';
import { ACKNOWLEDGED, ACTIONS_WITHOUT_RESOURCE } from '../../infra/constructs/acknowledged.ts';
import type { KeyturnStack } from '../../infra/stack.ts';
import {
  inScratchDirectory,
  KEYTURN,
  resourcesOf,
  stackOf,
  statements,
  WITHOUT_BUNDLES,
} from './synthesized.ts';

describe('cdk-nag, AwsSolutions and Serverless', () => {
  const findings = inScratchDirectory((outdir) => findingsIn(stackOf(KEYTURN, outdir)));

  const explains = (rule: string, construct: string) => (finding: { rule: string; path: string }) =>
    finding.rule === rule && finding.path.startsWith(`Keyturn/${construct}/`);

  it('finds nothing that is not explained', () => {
    const unexplained = findings.filter(
      (finding) =>
        !ACKNOWLEDGED.some(({ rule, at }) => at.some((construct) => explains(rule, construct)(finding))),
    );
    expect(unexplained).toEqual([]);
  });

  it('has no explanation left over for something that is not there any more', () => {
    const stale = ACKNOWLEDGED.flatMap(({ rule, at }) =>
      at
        .filter((construct) => !findings.some(explains(rule, construct)))
        .map((construct) => [rule, construct]),
    );
    expect(stale).toEqual([]);
  });

  it.each([
    ['every kind of credential', KEYTURN, ['AuditNotifyFunctionName']],
    ['no configuration at all', {}, []],
  ])('lets the app be synthesised with %s', (_, keyturn, more) => {
    const outputs = inScratchDirectory((outdir) => {
      const app = keyturnApp({ outdir, context: { ...WITHOUT_BUNDLES, keyturn } });
      return app.synth().getStackByName('Keyturn').template.Outputs;
    });
    expect(Object.keys(outputs)).toEqual([
      'ApiUrl',
      'ApiId',
      'StateMachineArn',
      'ReportBucketName',
      'TableName',
      'AlertTopicArn',
      'KeyArn',
      'ValidateFunctionName',
      'CredentialsFunctionName',
      'RotateFunctionName',
      'RetireFunctionName',
      'RetireDueFunctionName',
      'RetirementStateMachineArn',
      'OperateFunctionName',
      'AuditPlanFunctionName',
      'AuditExamineFunctionName',
      'AuditReportFunctionName',
      'AuditsFunctionName',
      ...more,
    ]);
  });
});

it.each([
  ['AwsSolutions-S10', (stack: Stack) => new Bucket(stack, 'Unexplained')],
  ['Serverless-SQSRedrivePolicy', (stack: Stack) => new Queue(stack, 'Unexplained')],
])('a finding that nobody explained stops the synthesis: %s', (rule, add) => {
  inScratchDirectory((outdir) => {
    const app = keyturnApp({ outdir, context: { ...WITHOUT_BUNDLES, keyturn: {} } });
    add(app.node.findChild('Keyturn') as Stack);
    expect(() => app.synth()).toThrow(rule);
  });
});

describe('the policies of the template', () => {
  const resources = resourcesOf(KEYTURN);
  const allows = Object.entries(resources).flatMap(([id, { Type, Properties }]) =>
    documentsIn(Properties)
      .flatMap(statements)
      .filter(({ Effect }) => Effect === 'Allow')
      .map((statement) => ({ id, Type, ...statement })),
  );

  it('are all seen by these tests', () => {
    expect(allows.length).toBeGreaterThan(80);
  });

  it('allow no action by a wildcard', () => {
    expect(allows.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('name a resource unless AWS knows none for the action', () => {
    const onEverything = allows.filter(
      ({ Type, Resource }) => Type !== 'AWS::KMS::Key' && Resource.includes('*'),
    );
    const actions = new Set(onEverything.flatMap(({ Action }) => Action));
    expect([...actions].sort()).toEqual(Object.keys(ACTIONS_WITHOUT_RESOURCE).sort());
  });

  it('have a wildcard in a resource only with a condition or an explanation', () => {
    const open = allows.filter((one) => one.Resource.some(isPattern) && !one.Condition);
    const unexplained = open
      .flatMap(({ Resource }) => Resource.filter(isPattern))
      .filter(
        (resource) => !ACKNOWLEDGED.some(({ rule }) => rule === `AwsSolutions-IAM5[Resource::${resource}]`),
      );
    expect(unexplained).toEqual([]);
  });
});

function findingsIn(stack: KeyturnStack): { rule: string; path: string }[] {
  const packs: NagPack[] = [new AwsSolutionsChecks(stack), new ServerlessChecks(stack)];
  return packs
    .flatMap((pack) => pack.validateScope(stack).violations)
    .flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => ({ rule: ruleName, path: constructPath ?? '' })),
    );
}

function isPattern(resource: string): boolean {
  return resource.includes('*') && resource !== '*';
}

/** Every policy document in a resource's properties, whatever the property is called. */
function documentsIn(value: unknown): { Statement: readonly unknown[] }[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Statement' in value && Array.isArray(value.Statement)) return [{ Statement: value.Statement }];
  return Object.values(value).flatMap(documentsIn);
}
