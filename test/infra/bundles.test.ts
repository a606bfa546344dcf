import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyturnApp } from '../../infra/app.ts';
import { bundleLimitKiB, DEPLOYED_FUNCTIONS } from '../support/deployed-functions.ts';
import { functionEnvironment } from '../support/lambda/environment.ts';
import { type Resource, UNCHECKED } from './synthesized.ts';

const run = promisify(execFile);
/** Of a driver, too. */
const LIMIT_KIB = 1024;

let outdir: string;
let resources: Record<string, Resource>;
let withDrivers: Record<string, Resource>;

beforeAll(async () => {
  outdir = await mkdtemp(join(tmpdir(), 'keyturn-bundles-'));
  resources = bundled({ digestFrom: 'audit@example.com' });
  withDrivers = bundled({ passwordTables: {} });
});

afterAll(() => rm(outdir, { recursive: true, force: true }));

describe('what is deployed as', () => {
  it.each(DEPLOYED_FUNCTIONS.map((construct) => [construct, bundleLimitKiB(construct)] as const))(
    '%s is one file of at most %i KiB',
    async (construct, limit) => {
      const { size } = await stat(bundleOf(construct));
      expect(size / 1024).toBeLessThanOrEqual(limit);
    },
  );

  it.each(DEPLOYED_FUNCTIONS)('%s starts with nothing else installed', async (construct) => {
    const { stdout } = await node(`const { handler } = await import(${JSON.stringify(bundleOf(construct))});
      console.log(typeof handler);`);
    expect(stdout).toBe('function\n');
  });
});

/** By the names that the SDK has for services. */
const CLIENTS: Readonly<Record<string, readonly string[]>> = {
  Validate: ['DynamoDB', 'Lambda', 'Secrets Manager'],
  Lookup: ['DynamoDB'],
  Rotate: ['DynamoDB', 'EventBridge', 'IAM', 'Lambda', 'Secrets Manager'],
  Retire: ['DynamoDB', 'IAM', 'Lambda', 'Secrets Manager'],
  RetireDue: ['DynamoDB', 'SFN', 'Secrets Manager'],
  Operate: ['DynamoDB', 'EventBridge', 'IAM', 'Lambda', 'Secrets Manager'],
  AuditLookup: ['S3'],
  AuditExamine: ['DynamoDB', 'IAM', 'KMS', 'S3', 'SESv2', 'Secrets Manager'],
  AuditReport: ['DynamoDB', 'S3'],
  AuditNotify: ['DynamoDB', 'S3', 'SES', 'SecurityHub'],
};

it.each(Object.entries(CLIENTS))(
  '%s has the clients of %j and of no other service',
  async (construct, clients) => {
    const bundle = await readFile(bundleOf(construct), 'utf8');
    const found = [...bundle.matchAll(/serviceId\?\?"([^"]+)"/g)].map(([, service]) => service);
    expect(found.toSorted()).toEqual(clients);
  },
);

describe.each(['Rotate', 'Retire', 'Operate'])('%s', (construct) => {
  const drivers = (from: Record<string, Resource>) =>
    ['mysql2', 'pg'].filter((name) => existsSync(driverOf(construct, name, from)));

  it('of a deployment without password tables comes without the database drivers', () => {
    expect(drivers(resources)).toEqual([]);
  });

  it(`with password tables has them in files of their own, of at most ${LIMIT_KIB} KiB, which load with nothing else installed`, async () => {
    expect(drivers(withDrivers)).toEqual(['mysql2', 'pg']);
    for (const name of ['mysql2', 'pg']) {
      const { size } = await stat(driverOf(construct, name, withDrivers));
      expect(size / 1024).toBeLessThanOrEqual(LIMIT_KIB);
    }
    const { stdout } = await node(`
      const require = (await import('node:module')).createRequire(${JSON.stringify(bundleOf(construct, withDrivers))});
      console.log(typeof require('mysql2').createConnection, typeof require('pg').Client);`);
    expect(stdout).toBe('function function\n');
  });
});

it('the deployed validation signs its calls with the credentials of its role, and answers', async () => {
  const calls: IncomingMessage[] = [];
  const aws = await awsThatKnowsNoSecret((request) => calls.push(request));
  const { stdout } = await node(
    `const { handler } = await import(${JSON.stringify(bundleOf('Validate'))});
    const context = { getRemainingTimeInMillis: () => 10_000 };
    console.log(JSON.stringify(await handler({ secretId: 'keyturn/orders' }, context)));`,
    { AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}` },
  ).finally(() => aws.close());
  expect(calls.map(({ headers }) => [headers['x-amz-target'], headers['x-amz-security-token']])).toEqual([
    ['secretsmanager.DescribeSecret', 'role-session'],
  ]);
  expect(calls[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAROLE\//);
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ error: 'not-found' });
});

function bundled(keyturn: object): Record<string, Resource> {
  const assembly = keyturnApp({ outdir, context: { keyturn }, ...UNCHECKED }).synth();
  return assembly.getStackByName('Keyturn').template.Resources;
}

function bundleOf(construct: string, from = resources): string {
  const [resource] = Object.entries(from).flatMap(([id, one]) =>
    id.slice(0, -8) === `${construct}Function` ? [one] : [],
  );
  const [hash] = String(resource?.Properties.Code.S3Key).split('.');
  return join(outdir, `asset.${hash}`, 'index.js');
}

function driverOf(construct: string, driver: string, from: Record<string, Resource>): string {
  return join(dirname(bundleOf(construct, from)), 'node_modules', driver, 'index.js');
}

/** In an empty directory, with the environment that Lambda gives and no other. */
function node(script: string, env: Record<string, string> = {}) {
  return run(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: outdir,
    env: { ...functionEnvironment(), AWS_SESSION_TOKEN: 'role-session', ...env },
  });
}

async function awsThatKnowsNoSecret(onCall: (request: IncomingMessage) => void): Promise<Server> {
  const server = createServer((request, response) => {
    onCall(request);
    request.resume().on('end', () => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: 'ResourceNotFoundException', message: 'none' }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
