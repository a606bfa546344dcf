import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretsManager } from '../../../functions/aws/secrets-manager.ts';
import { SecretReader } from '../../../functions/secrets/secret-reader.ts';
import { SecretStore } from '../../../functions/secrets/store.ts';
import { InProcessSecretsManager } from '../../support/aws/secrets-manager.ts';
import {
  type SecretsManagerServer,
  startSecretsManagerServer,
} from '../../support/aws/secrets-manager-server.ts';

let secrets: InProcessSecretsManager;
let server: SecretsManagerServer;
let reader: SecretReader;
let store: SecretStore;

beforeAll(async () => {
  secrets = new InProcessSecretsManager();
  secrets.create('mail/ada', '{"password":"canary"}', { 'keyturn:managed': 'true', 'keyturn:owner': 'ada' });
  secrets.create('mail/empty', undefined);
  secrets.create('mail/other', 'x', {});
  secrets.setRotationEnabled('mail/ada', false);
  server = await startSecretsManagerServer(secrets.client);
  const caller = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  reader = new SecretReader(new SecretsManager({ ...caller, AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url }));
  store = new SecretStore(secrets.client);
});

afterAll(() => server.close());

describe('reading over HTTP finds the same as the SDK', () => {
  it.each(['mail/ada', 'mail/empty', 'mail/other', 'mail/absent'])('of %s', async (name) => {
    expect(await reader.describe(name)).toEqual(await store.describe(name));
  });

  it.each([
    ['mail/ada', {}],
    ['mail/ada', { stage: 'AWSCURRENT' }],
    ['mail/ada', { stage: 'AWSPENDING' }],
    ['mail/ada', { versionId: 'first'.padEnd(32, '0') }],
    ['mail/ada', { versionId: 'other'.padEnd(32, '0') }],
    ['mail/empty', {}],
    ['mail/absent', {}],
  ])('in the value of %s with %o', async (name, selector) => {
    const [ours, sdks] = [await reader.read(name, selector), await store.read(name, selector)];
    expect({ ...ours, text: 'text' in ours && ours.text.reveal() }).toEqual({
      ...sdks,
      text: 'text' in sdks && sdks.text.reveal(),
    });
  });
});
