import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context, SecretsManagerRotationEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DynamoDBClient } from '../../functions/aws/dynamodb.ts';
import { STEPS } from '../../functions/rotation/guard.ts';
import { InProcessTable } from '../support/aws/dynamodb.ts';
import { InProcessIam } from '../support/aws/iam.ts';
import { InProcessSecretsManager } from '../support/aws/secrets-manager.ts';
import { type SmtpTestServer, startSmtpServer } from '../support/smtp-servers.ts';

const NAME = 'keyturn/orders';
const REGION = 'us-east-1';
const TOKEN = 'token'.padEnd(36, '0');
const context = {
  awsRequestId: 'request-1',
  functionName: 'rotate',
  getRemainingTimeInMillis: () => 60_000,
} as Context;

let server: SmtpTestServer;
let secrets: InProcessSecretsManager;
let iam: InProcessIam;
let table: InProcessTable;
let arn: string;
let rotate: (event: SecretsManagerRotationEvent, context: Context) => Promise<void>;
let retire: (event: { secretId?: string }, context: Context) => Promise<unknown>;
const logged: string[] = [];

beforeAll(async () => {
  server = await startSmtpServer({
    security: 'tls',
    users: {},
    onAuth: ({ username, password = '' }) =>
      iam.accepts(username, password, REGION)
        ? { code: 235, text: 'Authentication successful.' }
        : { code: 535, text: 'Authentication Credentials Invalid' },
  });
  vi.stubEnv('KEYTURN_TABLE', 'table');
  vi.stubEnv('KEYTURN_OVERLAP_HOURS', '0');
  vi.stubEnv('KEYTURN_SOAK_HOURS', '0');
  vi.stubEnv('KEYTURN_PORTS', String(server.port));
  vi.stubEnv('KEYTURN_NETWORKS', '127.0.0.0/8,::1/128');
  vi.stubEnv('KEYTURN_LOGIN_FAILURES', '4');
  vi.stubEnv('KEYTURN_LOGIN_WINDOW_MINUTES', '15');
  vi.stubEnv('AWS_REGION', REGION);
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  ({ handler: rotate } = await import('../../functions/rotate.ts'));
  ({ handler: retire } = await import('../../functions/retire.ts'));
});

afterAll(async () => {
  await server.close();
  vi.unstubAllEnvs();
});

beforeEach(async () => {
  iam = new InProcessIam({ 'keyturn:secret': NAME });
  secrets = new InProcessSecretsManager();
  table = new InProcessTable();
  logged.length = 0;
  vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation((command) =>
    secrets.client.send(command),
  );
  vi.spyOn(IAMClient.prototype, 'send').mockImplementation((command) => iam.client.send(command));
  vi.spyOn(DynamoDBClient.prototype, 'send').mockImplementation((command) => table.client.send(command));
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation(
      (...parts: unknown[]) => void logged.push(parts.map(String).join(' ')),
    );
  }
  const { host, port, ca } = server;
  arn = secrets.create(
    NAME,
    JSON.stringify({
      host,
      port,
      security: 'tls',
      ca,
      provider: { type: 'ses', userName: 'orders', region: REGION },
    }),
  );
});

const event = (Step: string, ClientRequestToken = TOKEN) =>
  ({ Step, SecretId: arn, ClientRequestToken }) as SecretsManagerRotationEvent;

async function rotateFully(token: string): Promise<void> {
  secrets.beginRotation(arn, token);
  for (const step of STEPS) await rotate(event(step, token), context);
  secrets.endRotation(arn);
}

const lines = () => logged.filter((line) => line.includes('"event"')).map((line) => JSON.parse(line));

describe('rotate', () => {
  it('runs the four steps against a real TLS server and logs each, then the rotation', async () => {
    iam.propagationMs = 300;
    await rotateFully(TOKEN);
    expect(lines().map(({ event: name, step, result }) => [name, step, result])).toEqual([
      ['credential.rotation-step', 'createSecret', 'minted'],
      ['credential.rotation-step', 'setSecret', 'nothing-to-set'],
      ['credential.rotation-step', 'testSecret', 'proven'],
      ['credential.rotation-step', 'finishSecret', 'promoted'],
      ['credential.rotated', 'finishSecret', 'promoted'],
    ]);
    expect(lines()[0]).toMatchObject({
      secretArn: arn,
      versionId: TOKEN,
      durationMs: expect.any(Number),
      requestId: 'request-1',
    });
    expect(logged.some((line) => line.includes('"RotationSucceeded":1'))).toBe(true);
    expect(server.logins.every(({ secure }) => secure)).toBe(true);
  });

  it('rejects, with its reason in the log and a RotationFailed metric, so that Secrets Manager stops', async () => {
    secrets.beginRotation(arn, TOKEN);
    await expect(rotate(event('testSecret', 'other'.padEnd(36, '0')), context)).rejects.toThrow('no version');
    expect(lines()).toMatchObject([
      {
        event: 'credential.rotation-failed',
        result: 'RotationError',
        detail: expect.stringMatching(/no version/),
      },
    ]);
    expect(logged.some((line) => line.includes('"RotationFailed":1'))).toBe(true);
  });

  it('writes no secret access key and no password into a log, metric or table', async () => {
    await rotateFully(TOKEN);
    await rotateFully('second'.padEnd(36, '0'));
    await retire({}, context);
    await retire({ secretId: NAME }, context);
    const seen = JSON.stringify([logged, [...(await table.items())]]);
    expect(seen).toContain('credential.retired');
    const passwords = server.logins.map(({ password = '' }) => password);
    expect(passwords.length).toBeGreaterThan(3);
    for (const secret of [
      ...iam.secrets,
      ...passwords,
      ...passwords.map((text) => Buffer.from(text).toString('base64')),
    ]) {
      expect(seen).not.toContain(secret);
    }
  });
});

describe('retire', () => {
  it('goes through all managed secrets, one trouble does not keep the others from their turn', async () => {
    await rotateFully(TOKEN);
    await rotateFully('second'.padEnd(36, '0'));
    secrets.create('mail/broken', '{');
    secrets.create('mail/other', '{', {});
    expect(await retire({}, context)).toMatchObject([
      { kind: 'retired', retirements: [{ action: 'deactivate' }] },
      { kind: 'failed', reason: 'malformed-secret' },
    ]);
    expect(await retire({}, context)).toMatchObject([{ retirements: [{ action: 'remove' }] }, {}]);
    expect(
      lines()
        .filter(({ event: name }) => name === 'credential.retired')
        .map(({ result }) => result),
    ).toEqual(['deactivate', 'remove']);
    expect(logged.some((line) => line.includes('"RetirementFailed":1'))).toBe(true);
    expect(iam.keys.size).toBe(1);
  });
});
