import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { allowed, resourcesOf } from './synthesized.ts';

const ROOT = join(import.meta.dirname, '../..');
const SERVICES: Readonly<Record<string, string>> = {
  dynamodb: 'dynamodb',
  events: 'events',
  iam: 'iam',
  'secrets-manager': 'secretsmanager',
  ses: 'ses',
};

const resources = resourcesOf({});

/**
 * Calls that stand in a module which a function shares with another one, but which it never makes itself. A new call in
 * functions/ has to appear here or in the function's permissions.
 */
const NEVER_MADE: Readonly<Record<string, readonly string[]>> = {
  validate: ['dynamodb:Query'],
  rotate: ['dynamodb:UpdateItem', 'iam:UpdateAccessKey', 'secretsmanager:ListSecrets'],
  credentials: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  retire: ['dynamodb:UpdateItem', 'iam:CreateAccessKey', 'secretsmanager:PutSecretValue'],
  operate: [
    'dynamodb:UpdateItem',
    'iam:CreateAccessKey',
    'secretsmanager:ListSecrets',
    'secretsmanager:PutSecretValue',
  ],
  'audit-plan': [
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecretVersionStage',
  ],
  'audit-examine': [
    'dynamodb:Query',
    'secretsmanager:ListSecrets',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecretVersionStage',
  ],
  'audit-report': [],
};

it.each([
  ['validate', 'Validate'],
  ['credentials', 'Lookup'],
  ['rotate', 'Rotate'],
  ['retire', 'Retire'],
  ['operate', 'Operate'],
  ['audit-plan', 'AuditPlan'],
  ['audit-examine', 'AuditExamine'],
  ['audit-report', 'AuditReport'],
])('%s may make exactly the AWS calls that its code makes', async (entry, construct) => {
  const permitted = allowed(resources, construct)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => Action)
    .filter((action) => Object.values(SERVICES).includes(action.split(':')[0] ?? ''));
  const accountedFor = [...permitted, ...(NEVER_MADE[entry] ?? [])];
  expect(accountedFor.sort()).toEqual(await callsInCodeOf(entry));
});

async function callsInCodeOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`functions/${entry}.ts`],
    bundle: true,
    format: 'esm',
    packages: 'external',
    metafile: true,
    write: false,
  });
  const calls = Object.keys(metafile.inputs).flatMap((file) =>
    callsIn(readFileSync(join(ROOT, file), 'utf8')),
  );
  return [...new Set(calls)].sort();
}

/**
 * By what it imports of an SDK client or of functions/aws/dynamodb.ts: `XCommand` and `paginateX` both stand for the
 * action X. functions/aws/secrets-manager.ts and functions/rotation/announce.ts name their actions themselves.
 */
function callsIn(source: string): string[] {
  const imports = /import \{([^}]*)\} from '(?:@aws-sdk\/client-([\w-]+)|[./]+\/aws\/(dynamodb)\.ts)'/g;
  const imported = [...source.matchAll(imports)].flatMap(([, names = '', sdk = '', client = sdk]) =>
    [...names.matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b/g)].map(
      ([, paged, single]) => `${SERVICES[client] ?? client}:${paged ?? single}`,
    ),
  );
  const named = [...source.matchAll(/(#api|events)\.call\('(\w+)'/g)];
  return [
    ...imported,
    ...named.map(([, api, action]) => `${api === 'events' ? 'events' : 'secretsmanager'}:${action}`),
  ];
}
