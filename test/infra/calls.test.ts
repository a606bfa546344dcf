import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { resourcesOf, type Statement, statements } from './synthesized.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What IAM calls a service, by what the SDK calls its client. */
const SERVICES: Readonly<Record<string, string>> = {
  cloudformation: 'cloudformation',
  cloudtrail: 'cloudtrail',
  cloudwatch: 'cloudwatch',
  'cloudwatch-logs': 'logs',
  dynamodb: 'dynamodb',
  ecs: 'ecs',
  eventbridge: 'events',
  iam: 'iam',
  kms: 'kms',
  lambda: 'lambda',
  mailmanager: 'ses',
  s3: 's3',
  'secrets-manager': 'secretsmanager',
  securityhub: 'securityhub',
  ses: 'ses',
  sesv2: 'ses',
  sfn: 'states',
  ssm: 'ssm',
};

/** Calls whose permission has another name. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  'dynamodb:Get': 'dynamodb:GetItem',
  'dynamodb:Put': 'dynamodb:PutItem',
  'dynamodb:Update': 'dynamodb:UpdateItem',
  'lambda:Invoke': 'lambda:InvokeFunction',
  's3:HeadObject': 's3:GetObject',
  'storage:Upload': 's3:PutObject',
};

/** Permissions that a call of another name needs besides its own, or that Lambda and other services use for the function. */
const BESIDES: ReadonlySet<string> = new Set([
  'cloudformation:ListStacks',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  's3:ListBucket',
]);

const resources = resourcesOf({ securityHub: true, digestFrom: 'audit@example.com' });

/**
 * Calls that stand in a module which a function shares with another one, but which it never makes itself. A new call in
 * functions/ has to appear here or in the function's permissions.
 */
const NEVER_MADE: Readonly<Record<string, readonly string[]>> = {
  validate: ['dynamodb:Query'],
  rotate: ['dynamodb:UpdateItem', 'iam:UpdateAccessKey', 'secretsmanager:ListSecrets'],
  credentials: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  retire: [
    'dynamodb:UpdateItem',
    'iam:CreateAccessKey',
    'secretsmanager:ListSecrets',
    'secretsmanager:PutSecretValue',
  ],
  'retire-due': [
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecretVersionStage',
  ],
  operate: [
    'dynamodb:UpdateItem',
    'iam:CreateAccessKey',
    'secretsmanager:ListSecrets',
    'secretsmanager:PutSecretValue',
  ],
  'audit-plan': [
    's3:GetObject',
    'secretsmanager:DescribeSecret',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecretVersionStage',
  ],
  'audit-examine': ['dynamodb:Query'],
  'audit-report': ['dynamodb:GetItem'],
  audits: ['s3:PutObject'],
  'audit-notify': ['s3:PutObject'],
};

it.each([
  ['validate', 'Validate'],
  ['credentials', 'Lookup'],
  ['rotate', 'Rotate'],
  ['retire', 'Retire'],
  ['retire-due', 'RetireDue'],
  ['operate', 'Operate'],
  ['audit-plan', 'AuditPlan'],
  ['audit-examine', 'AuditExamine'],
  ['audit-report', 'AuditReport'],
  ['audits', 'AuditLookup'],
  ['audit-notify', 'AuditNotify'],
])('%s may make exactly the AWS calls that its code makes', async (entry, construct) => {
  const permitted = permissions(construct)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => Action)
    .filter((action) => Object.values(SERVICES).includes(action.split(':')[0] ?? ''))
    .filter((action) => !BESIDES.has(action));
  const accountedFor = [...permitted, ...(NEVER_MADE[entry] ?? [])];
  expect([...new Set(accountedFor)].sort()).toEqual(await callsInCodeOf(entry));
});

/** What a function may do by the policies of its role, those that it shares with another one among them. */
function permissions(construct: string): Statement[] {
  const role = new RegExp(`^<${construct}Role[0-9A-F]{8}>$`);
  return Object.values(resources)
    .filter(
      ({ Type, Properties }) =>
        Type === 'AWS::IAM::Policy' && Properties.Roles.some((one: string) => role.test(one)),
    )
    .flatMap(({ Properties }) => statements(Properties.PolicyDocument));
}

/** In the code that the function is bundled with, without what nothing in it asks for. */
async function callsInCodeOf(entry: string): Promise<string[]> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`functions/${entry}.ts`],
    bundle: true,
    format: 'esm',
    packages: 'external',
    write: false,
  });
  const calls = outputFiles.flatMap(({ text }) => callsIn(text));
  return [...new Set(calls)].sort();
}

/** By what it has of an SDK client and uses: `XCommand` and `paginateX` both stand for the action X. */
function callsIn(code: string): string[] {
  const imports = /import \{([^}]*)\} from "@aws-sdk\/(?:client|lib)-([\w-]+)"/g;
  return [...code.matchAll(imports)].flatMap(([, names = '', client = '']) =>
    [...names.matchAll(/\b(?:paginate(\w+)|(\w+)Command|(Upload))\b(?: as (\w+))?/g)]
      .filter(([imported, , , , local = imported]) => new RegExp(`\\b${local}\\(`).test(code))
      .map(([, paged, single, library]) => {
        const call = `${SERVICES[client] ?? client}:${paged ?? single ?? library}`;
        return PERMISSIONS[call] ?? call;
      }),
  );
}
