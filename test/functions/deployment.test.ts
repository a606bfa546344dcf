import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as deployment from '../../functions/deployment.ts';
import { ENVIRONMENT } from '../../functions/observe/names.ts';
import { FaultyHttp } from '../support/providers/faulty-http.ts';
import { iamRefusal } from '../support/providers/iam-api.ts';

afterEach(() => vi.unstubAllEnvs());

describe('nothing of a deployment is made', () => {
  const entries = globSync('*.ts', { cwd: join(import.meta.dirname, '../../functions') });

  it.each(entries.map((file) => basename(file, '.ts')))('when %s is loaded', async (entry) => {
    for (const name of Object.values(ENVIRONMENT)) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_REGION', undefined);
    await expect(import(`../../functions/${entry}.ts`)).resolves.toBeDefined();
  });

  it('twice in a process', () => {
    vi.stubEnv(ENVIRONMENT.table, 'table');
    vi.stubEnv('AWS_REGION', 'us-east-1');
    expect(deployment.ledger()).toBe(deployment.ledger());
    expect(deployment.table()).toBe(deployment.table());
  });

  it('for the one who asked, when a setting is missing: the deployment is broken, and whoever asks next is told, too', () => {
    vi.stubEnv(ENVIRONMENT.bucket, undefined);
    expect(deployment.reportBucket).toThrow(`${ENVIRONMENT.bucket}: `);
    expect(deployment.reportBucket).toThrow(`${ENVIRONMENT.bucket}: `);
  });
});

describe('the IAM of a deployment', () => {
  const SECRET = {
    arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf',
    name: 'keyturn/orders',
  };
  const SES = { type: 'ses', userName: 'orders', region: 'us-east-1' } as const;

  let http: FaultyHttp;
  beforeEach(async () => {
    http = await FaultyHttp.start(() => iamRefusal(500, 'ServiceFailure'));
    const role = { AWS_ACCESS_KEY_ID: 'AKIAROLE', AWS_SECRET_ACCESS_KEY: 'role', AWS_REGION: 'us-east-1' };
    const settings = {
      ...role,
      AWS_ENDPOINT_URL: http.url,
      [ENVIRONMENT.ports]: 'none',
      [ENVIRONMENT.networks]: 'none',
    };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    vi.resetModules();
  });
  afterEach(() => http.close());

  async function deployedSes() {
    const { providerFor } = await import('../../functions/deployment.ts');
    const provider = providerFor(SES, SECRET);
    if (provider.kind !== 'issuing') throw new Error(provider.kind);
    return provider;
  }

  const actions = () => http.requests.map(({ body }) => new URLSearchParams(body).get('Action'));

  it('is sent CreateAccessKey once, whatever comes back: a second try could make a second key', async () => {
    await expect((await deployedSes()).mint('')).rejects.toMatchObject({ name: 'ServiceFailureException' });
    expect(actions()).toEqual(['CreateAccessKey']);
  });

  it('is asked again where that may be', async () => {
    await expect((await deployedSes()).list()).rejects.toMatchObject({ name: 'ServiceFailureException' });
    expect(actions()).toEqual(['ListAccessKeys', 'ListAccessKeys', 'ListAccessKeys']);
  });
});
