import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectAnswer } from '../support/api-schema.ts';
import { type SmtpTestServer, startSmtpServer } from '../support/smtp-servers.ts';
import { type Aws, call, contextFor, freshAws, stubDeployment } from './api-world.ts';

let server: SmtpTestServer;
/** Takes connections and never says a word. */
let silent: Server;
let handler: typeof import('../../functions/validate.ts').handler;
let secrets: Aws['secrets'];
let table: Aws['table'];
let logged: Aws['logged'];
const open = { now: 0, most: 0 };

const users = Object.fromEntries(
  Array.from({ length: 50 }, (_, index) => [`user-${index}`, `right-${index}`]),
);

beforeAll(async () => {
  const onAuth = async () => {
    open.most = Math.max(open.most, ++open.now);
    await new Promise((resolve) => setImmediate(resolve));
    open.now -= 1;
    return undefined;
  };
  server = await startSmtpServer({ security: 'tls', users, onAuth });
  silent = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  stubDeployment({ ports: `${server.port},${silentPort()}` });
  ({ handler } = await import('../../functions/validate.ts'));
});

afterAll(async () => {
  silent.close();
  await server.close();
  vi.unstubAllEnvs();
});

beforeEach(() => {
  ({ secrets, table, logged } = freshAws());
  Object.assign(open, { now: 0, most: 0 });
});

function silentPort(): number {
  return (silent.address() as AddressInfo).port;
}

function create(name: string, index: number, changes: object = {}): void {
  const { host, port, ca } = server;
  const login = { username: `user-${index}`, password: `right-${index}` };
  secrets.create(name, JSON.stringify({ host, port, security: 'tls', ca, ...login, ...changes }));
}

async function post(body: object, ms?: number) {
  const answer = await call(handler, { httpMethod: 'POST', body: JSON.stringify(body) }, ms);
  if (answer.statusCode === 200) expectAnswer('BatchAnswer', answer.body);
  else expectAnswer('Error', answer.body);
  return answer;
}

describe('POST /validations with several secrets', () => {
  it('finds fifty good credentials of one host good at once, though another secret has failed there as often as it may', async () => {
    create('mail/bad', 0, { username: 'nobody', password: 'wrong' });
    for (let times = 6; times > 0; times -= 1) await post({ secretIds: ['mail/bad'] });
    const secretIds = Array.from({ length: 50 }, (_, index) => `mail/${index}`);
    for (const [index, name] of secretIds.entries()) create(name, index);
    const refused = server.logins.filter(({ username }) => username === 'nobody');
    const { body } = await post({ secretIds }, 29_000);
    expect(body.results.map(({ verdict }: { verdict: string }) => verdict)).toEqual(Array(50).fill('valid'));
    expect(refused).toHaveLength(3);
  }, 40_000);

  it('answers for each in the order asked, good or bad, there or not, ours or not', async () => {
    create('mail/good', 0);
    create('mail/bad', 1, { password: 'wrong' });
    secrets.create('mail/malformed', '{');
    secrets.create('mail/foreign', '{}', {});
    const secretIds = ['mail/none', 'mail/bad', 'mail/foreign', 'mail/malformed', 'mail/good'];
    const { statusCode, body } = await post({ secretIds });
    expect(statusCode).toBe(200);
    expect(body.results).toMatchObject([
      { secretId: 'mail/none', error: 'not-found' },
      { secretId: 'mail/bad', credential: 'bad', verdict: 'rejected' },
      { secretId: 'mail/foreign', error: 'not-managed' },
      { secretId: 'mail/malformed', credential: 'unknown', verdict: 'malformed-secret' },
      { secretId: 'mail/good', credential: 'good', verdict: 'valid' },
    ]);
    const history = [...(await table.items()).keys()].filter((key) => key.includes('|VALIDATION#'));
    expect(history).toHaveLength(3);
  });

  it('takes fifty of one host, two logins at a time', { timeout: 30_000 }, async () => {
    const secretIds = Object.keys(users).map((user) => `mail/${user}`);
    secretIds.forEach((name, index) => void create(name, index));
    const { body } = await post({ secretIds }, 29_000);
    expect(body.results.map(({ secretId, verdict }: Record<string, string>) => [secretId, verdict])).toEqual(
      secretIds.map((secretId) => [secretId, 'valid']),
    );
    expect(open.most).toBeLessThanOrEqual(2);
  });

  it('answers in time when a server never does: others are proven, what had no turn says so', async () => {
    const hanging = Array.from({ length: 12 }, (_, index) => `mail/hangs-${index}`);
    hanging.forEach((name, index) => void create(name, index, { port: silentPort(), host: '127.0.0.1' }));
    create('mail/good', 20);
    const began = performance.now();
    const { body } = await post({ secretIds: [...hanging, 'mail/good'] }, 8000);
    expect(performance.now() - began).toBeLessThan(8000);
    expect(body.results.at(-1)).toMatchObject({ secretId: 'mail/good', verdict: 'valid' });
    const others = body.results
      .slice(0, -1)
      .map(({ verdict, error }: Record<string, string>) => verdict ?? error);
    expect(new Set(others)).toEqual(new Set(['timeout:tls', 'out-of-time']));
  });

  it('is the same as a direct event', async () => {
    create('mail/good', 0);
    expect(await handler({ secretIds: ['mail/good', 'mail/none'] }, contextFor(20_000))).toMatchObject({
      results: [{ verdict: 'valid' }, { error: 'not-found' }],
    });
  });

  it('keeps the failure of one secret from the others, and its message from the caller', async () => {
    create('mail/good', 0);
    failFor({ 'mail/denied': 'DecryptionFailure', 'mail/asked-too-often': 'ThrottlingException' });
    const { body } = await post({ secretIds: ['mail/denied', 'mail/good', 'mail/asked-too-often'] });
    expect(body.results).toMatchObject([
      { secretId: 'mail/denied', error: 'failed', message: expect.stringMatching(/DecryptionFailure/) },
      { secretId: 'mail/good', verdict: 'valid' },
      { secretId: 'mail/asked-too-often', error: 'throttled' },
    ]);
    expect(JSON.stringify([body, logged])).not.toContain('key-material');
    expect(logged.join()).toContain('"event": "credential.validation-failed"');
  });

  it.each([
    ['none', []],
    ['one twice', ['mail/a', 'mail/a']],
    ['fifty-one', Array.from({ length: 51 }, (_, index) => `mail/${index}`)],
  ])('refuses %s with 400', async (_name, secretIds) => {
    expect(await post({ secretIds })).toMatchObject({
      statusCode: 400,
      body: { error: 'malformed-request' },
    });
  });
});

describe('POST /validations with one secret', () => {
  it.each(['ThrottlingException', 'TooManyRequestsException'])('answers 429 to %s', async (name) => {
    failFor({ 'mail/ada': name });
    expect(await post({ secretId: 'mail/ada' })).toMatchObject({
      statusCode: 429,
      body: { error: 'throttled' },
    });
  });

  it('fails on what only its operator can fix, for the alarm to see', async () => {
    failFor({ 'mail/ada': 'DecryptionFailure' });
    await expect(post({ secretId: 'mail/ada' })).rejects.toMatchObject({
      name: 'DecryptionFailure',
      message: 'DecryptionFailure',
    });
  });
});

/** The error that Secrets Manager answers with for each of these secrets. */
function failFor(errors: Readonly<Record<string, string>>): void {
  vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation(async (command) => {
    const secretId = command instanceof DescribeSecretCommand ? command.input.SecretId : undefined;
    const name = errors[secretId ?? ''];
    if (name) throw Object.assign(new Error('about key-material'), { name });
    return secrets.client.send(command);
  });
}
