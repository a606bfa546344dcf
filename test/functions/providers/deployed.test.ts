import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ENVIRONMENT } from '../../../functions/observe/names.ts';
import { SecretStore } from '../../../functions/secrets/store.ts';
import { FaultyHttp } from '../../support/providers/faulty-http.ts';
import { iamRefusal } from '../../support/providers/iam-api.ts';

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
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await http.close();
});

async function deployedSes() {
  const { deployedProviders } = await import('../../../functions/providers/deployed.ts');
  const provider = deployedProviders(new SecretStore(new SecretsManagerClient()))(SES, SECRET);
  if (provider.kind !== 'issuing') throw new Error(provider.kind);
  return provider;
}

const actions = () => http.requests.map(({ body }) => new URLSearchParams(body).get('Action'));

test('CreateAccessKey is sent once, whatever comes back: a second try could make a second key', async () => {
  await expect((await deployedSes()).mint('')).rejects.toMatchObject({ name: 'ServiceFailureException' });
  expect(actions()).toEqual(['CreateAccessKey']);
});

test('calls that may be repeated are tried again', async () => {
  await expect((await deployedSes()).list()).rejects.toMatchObject({ name: 'ServiceFailureException' });
  expect(actions()).toEqual(['ListAccessKeys', 'ListAccessKeys', 'ListAccessKeys']);
});
