import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { allowed, resourcesOf } from './synthesized.ts';

const ROOT = join(import.meta.dirname, '../..');
const SERVICES: Readonly<Record<string, string>> = {
  cloudtrail: 'cloudtrail',
  cloudwatch: 'cloudwatch',
  dynamodb: 'dynamodb',
  ecs: 'ecs',
  events: 'events',
  iam: 'iam',
  'secrets-manager': 'secretsmanager',
  ses: 'ses',
  sfn: 'states',
  ssm: 'ssm',
};

/** What the commands of the document client, named shorter, ask DynamoDB for. */
const DOCUMENTS: Readonly<Record<string, string>> = { Get: 'GetItem', Put: 'PutItem', Update: 'UpdateItem' };

/** The services of clients that are not the SDK's, by what they are called where a call is made. */
const LEAN_CLIENTS: Readonly<Record<string, string>> = {
  '#api': 'secretsmanager',
  cloudTrail: 'cloudtrail',
  cloudWatch: 'cloudwatch',
  dynamoDb: 'dynamodb',
  ecs: 'ecs',
  events: 'events',
  iam: 'iam',
  mailManager: 'ses',
  secretsManager: 'secretsmanager',
  sesv2: 'ses',
  ssm: 'ssm',
};

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
    'secretsmanager:DescribeSecret',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecretVersionStage',
  ],
  'audit-examine': ['dynamodb:Query'],
  'audit-report': ['dynamodb:GetItem'],
  audits: [],
  'audit-notify': [],
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
  const permitted = allowed(resources, construct)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => Action)
    .filter((action) => Object.values(SERVICES).includes(action.split(':')[0] ?? ''));
  const accountedFor = [...permitted, ...(NEVER_MADE[entry] ?? [])];
  expect(accountedFor.sort()).toEqual(await callsInCodeOf(entry));
});

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
  const made = [...code.matchAll(imports)].flatMap(([, names = '', client = '']) =>
    [...names.matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b(?: as (\w+))?/g)]
      .filter(([imported, , , local = imported]) => new RegExp(`\\b${local}\\(`).test(code))
      .map(
        ([, paged, single = '']) => `${SERVICES[client] ?? client}:${DOCUMENTS[single] ?? paged ?? single}`,
      ),
  );
  // The clients that are not the SDK's name their actions themselves. What would have the name of another has a number.
  const named = [...code.matchAll(/([#\w]+)\.call\(\s*"(\w+)"/g)];
  return [
    ...made,
    ...named.flatMap(([, client = '', action]) => {
      const service = LEAN_CLIENTS[client] ?? LEAN_CLIENTS[client.replace(/\d$/, '')];
      return service ? [`${service}:${action}`] : [];
    }),
  ];
}
