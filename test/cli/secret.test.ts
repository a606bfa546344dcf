import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { InProcessSecretsManager } from '../support/aws/secrets-manager.ts';
import { startSecretsManagerServer } from '../support/aws/secrets-manager-server.ts';
import { startSmtpServer } from '../support/smtp-servers.ts';
import { keyturn } from './command.ts';

const USER = 'orders@example.com';
const PASSWORD = 'correct horse battery staple';
const CALLER = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
};

async function endpoint(client: SecretsManagerClient) {
  const { url, close } = await startSecretsManagerServer(client);
  onTestFinished(close);
  return { ...CALLER, AWS_ENDPOINT_URL_SECRETS_MANAGER: url };
}

/** A Secrets Manager that refuses with this error: every call, or what `refused` picks from those of `others`. */
function failing(
  name: string,
  others?: SecretsManagerClient,
  refused: (command: unknown) => boolean = () => true,
): SecretsManagerClient {
  const error = Object.assign(new Error(`arn:aws:iam::1:user/x: ${name}`), { name });
  const send = (command: never) =>
    others && !refused(command) ? others.send(command) : Promise.reject(error);
  return Object.assign(new SecretsManagerClient({ region: 'us-east-1' }), { send });
}

describe('a managed secret', () => {
  it.each([
    [PASSWORD, { code: 0, verdict: 'valid', credential: 'good' }],
    ['another', { code: 1, verdict: 'rejected', credential: 'bad' }],
  ])('is read with the caller’s own credentials and proven by a login (%s)', async (stored, expected) => {
    const server = await startSmtpServer({ security: 'tls', users: { [USER]: PASSWORD } });
    onTestFinished(() => server.close());
    const secretsManager = new InProcessSecretsManager();
    const { host, port, security, ca } = server;
    const secret = { host, port, security, ca, username: USER, password: stored };
    secretsManager.create('keyturn/orders', JSON.stringify(secret));
    const env = await endpoint(secretsManager.client);
    const { code, stdout, stderr } = await keyturn(['validate', '--json', 'keyturn/orders'], { env });
    const { credential, verdict, secretId, versionId } = JSON.parse(stdout);
    expect({ code, credential, verdict, stderr }).toEqual({ ...expected, stderr: '' });
    expect({ secretId, versionId }).toEqual({
      secretId: 'keyturn/orders',
      versionId: 'first'.padEnd(32, '0'),
    });
    expect(stdout).not.toContain(stored);
    const shown = await keyturn(['validate', 'keyturn/orders'], { env });
    expect(shown.stdout).toMatch(/^secret +keyturn\/orders\nversion +first0+\nserver +localhost:/);
    expect(shown.stdout).toMatch(/^. auth +\d+ ms /m);
  });

  it('that is malformed is unknown, by the path of the field and not by its value', async () => {
    const secretsManager = new InProcessSecretsManager();
    secretsManager.create(
      'keyturn/orders',
      JSON.stringify({ host: 'h', port: 'canary', username: 'u', password: 'p' }),
    );
    const run = await keyturn(['validate', 'keyturn/orders'], { env: await endpoint(secretsManager.client) });
    expect(run).toMatchObject({ code: 2, stdout: expect.stringContaining('malformed-secret'), stderr: '' });
    expect(run.stdout).toContain('$.port');
    expect(run.stdout).not.toContain('canary');
  });
});

describe('what AWS says is put into plain words', () => {
  it('a secret without the tag is refused with 3, as by the Lambda', async () => {
    const secretsManager = new InProcessSecretsManager();
    secretsManager.create(
      'orders',
      JSON.stringify({ host: 'h', port: 465, username: 'u', password: 'p' }),
      {},
    );
    const run = await keyturn(['validate', 'orders'], { env: await endpoint(secretsManager.client) });
    expect(run).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('keyturn:managed=true'),
    });
  });

  it('no such secret is refused with 3', async () => {
    const env = await endpoint(new InProcessSecretsManager().client);
    const run = await keyturn(['validate', 'nothing'], { env });
    expect(run).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('No such secret') });
  });

  it.each([
    ['AccessDeniedException', 'secretsmanager:DescribeSecret'],
    ['ExpiredTokenException', 'expired'],
    ['UnrecognizedClientException', 'does not know these credentials'],
    ['InvalidSignatureException', 'clock'],
    ['DecryptionFailure', 'kms:Decrypt'],
  ])('%s is refused with 3 in one line', async (name, words) => {
    const { code, stdout, stderr } = await keyturn(['validate', 'x'], { env: await endpoint(failing(name)) });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^keyturn: .*\n$/);
    expect(stderr).toContain(words);
  });

  it('a managed secret that may be described but not read is refused with 3', async () => {
    const secretsManager = new InProcessSecretsManager();
    secretsManager.create('keyturn/orders', '{}');
    const isRead = (command: unknown) => command instanceof GetSecretValueCommand;
    const env = await endpoint(failing('AccessDeniedException', secretsManager.client, isRead));
    const run = await keyturn(['validate', 'keyturn/orders'], { env });
    expect(run).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('GetSecretValue') });
  });

  it('no region, and no credentials, are refused with 3', async () => {
    const { AWS_REGION, ...credentials } = CALLER;
    const noRegion = await keyturn(['validate', 'x'], { env: credentials });
    expect(noRegion).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('Set AWS_REGION'),
    });
    const noCredentials = await keyturn(['validate', 'x'], { env: { AWS_REGION } });
    expect(noCredentials).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('no AWS credentials'),
    });
  });

  it('an AWS that cannot be reached leaves the credential unknown: 2', async () => {
    const { url, close } = await startSecretsManagerServer(failing('unused'));
    await close();
    const env = { ...CALLER, AWS_ENDPOINT_URL_SECRETS_MANAGER: url };
    const run = await keyturn(['validate', 'x'], { env });
    expect(run).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('did not answer (ECONNREFUSED)'),
    });
  });
});
