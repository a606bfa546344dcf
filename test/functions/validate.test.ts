import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectAnswer } from '../support/api-schema.ts';
import { type SmtpTestServer, startSmtpServer } from '../support/smtp-servers.ts';
import { type Aws, call, contextFor, freshAws, stubDeployment } from './api-world.ts';

const PASSWORD = 'canary-9f8e7d6c5b4a';
const USERNAME = 'ada@mail.example.com';

let server: SmtpTestServer;
let handler: typeof import('../../functions/validate.ts').handler;
let secrets: Aws['secrets'];
let table: Aws['table'];
let logged: Aws['logged'];

beforeAll(async () => {
  server = await startSmtpServer({ security: 'tls', users: { [USERNAME]: PASSWORD } });
  stubDeployment({ ports: String(server.port) });
  ({ handler } = await import('../../functions/validate.ts'));
});

afterAll(async () => {
  await server.close();
  vi.unstubAllEnvs();
});

beforeEach(() => {
  ({ secrets, table, logged } = freshAws());
});

function secretString(changes: object = {}): string {
  const { host, port, ca } = server;
  return JSON.stringify({
    host,
    port,
    security: 'tls',
    ca,
    username: USERNAME,
    password: PASSWORD,
    ...changes,
  });
}

async function post(body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await call(handler, { httpMethod: 'POST', body: text });
  expectAnswer(answer.statusCode === 200 ? 'ValidationResult' : 'Error', answer.body);
  return answer;
}

describe('validate', () => {
  it('answers POST /validations with the contract of DESIGN section 4', async () => {
    const arn = secrets.create('mail/ada', secretString());
    const { statusCode, body } = await post({ secretId: 'mail/ada' });
    expect(statusCode).toBe(200);
    expect(body).toEqual({
      secretId: 'mail/ada',
      versionId: expect.stringMatching(/^first/),
      checkedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      credential: 'good',
      verdict: 'valid',
      authSent: true,
      advice: expect.any(String),
      retry: { allowed: false },
      endpoint: { host: 'localhost', port: server.port, security: 'tls' },
      tls: {
        protocol: 'TLSv1.3',
        cipher: expect.stringMatching(/^TLS_/),
        group: expect.any(String),
        certificate: {
          subject: 'CN=localhost',
          issuer: expect.any(String),
          validTo: expect.any(String),
          daysLeft: 89,
          fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
        },
      },
      auth: { offered: ['PLAIN', 'LOGIN'], used: 'PLAIN' },
      reply: { code: 235, enhanced: expect.toBeOneOf([null, '2.7.0']), text: expect.any(String) },
      timings: {
        dnsMs: expect.any(Number),
        connectMs: expect.any(Number),
        tlsMs: expect.any(Number),
        authMs: expect.any(Number),
        totalMs: expect.any(Number),
      },
    });
    const keys = [...(await table.items()).keys()];
    expect(keys).toEqual(
      expect.arrayContaining([
        expect.stringMatching(`^SECRET#${arn}\\|VALIDATION#`),
        expect.stringMatching(/^CREDENTIALS#[0-9a-f]\|mail\/ada$/),
      ]),
    );
  });

  it('takes the same request as a direct event and answers with the result itself', async () => {
    secrets.create('mail/ada', secretString({ password: 'wrong' }));
    expect(await handler({ secretId: 'mail/ada' }, contextFor(20_000))).toMatchObject({
      verdict: 'rejected',
      credential: 'bad',
    });
  });

  it.each([
    ['malformed JSON', '{'],
    ['no body', ''],
    ['an unknown field', { secretId: 'mail/ada', password: 'x' }],
    ['no secret id', {}],
    ['an empty secret id', { secretId: '' }],
  ])('answers 400 to %s, with what was expected', async (_name, body) => {
    expect(await post(body)).toMatchObject({
      statusCode: 400,
      body: { error: 'malformed-request', message: expect.stringMatching(/expected/) },
    });
  });

  it('answers 403 for a secret without the tag, 404 for none, and dials nobody', async () => {
    secrets.create('mail/other', secretString(), {});
    const before = server.logins.length;
    expect(await post({ secretId: 'mail/other' })).toMatchObject({
      statusCode: 403,
      body: { error: 'not-managed' },
    });
    expect(await post({ secretId: 'mail/none' })).toMatchObject({
      statusCode: 404,
      body: { error: 'not-found' },
    });
    expect(await post({ secretId: 'mail/other', versionStage: 'AWSPREVIOUS' })).toMatchObject({
      statusCode: 403,
    });
    expect(server.logins).toHaveLength(before);
  });

  it('answers 404 for a version that does not exist', async () => {
    secrets.create('mail/ada', secretString());
    expect(await post({ secretId: 'mail/ada', versionStage: 'AWSPREVIOUS' })).toMatchObject({
      statusCode: 404,
    });
  });

  it('names the bad field of a malformed secret, never its value', async () => {
    secrets.create('mail/ada', secretString({ port: `${PASSWORD}!` }));
    const { statusCode, body } = await post({ secretId: 'mail/ada' });
    expect(statusCode).toBe(200);
    expect(body).toMatchObject({
      verdict: 'malformed-secret',
      credential: 'unknown',
      authSent: false,
      advice: expect.stringMatching(/at \$\.port/),
    });
    expect(JSON.stringify(body)).not.toContain(PASSWORD);
  });

  it('counts a proven login only where a dead-man alarm waits for it', async () => {
    secrets.create('mail/ada', secretString());
    secrets.create('mail/unwatched', secretString());
    await post({ secretId: 'mail/ada' });
    expect(await post({ secretId: 'mail/unwatched' })).toMatchObject({ body: { verdict: 'valid' } });
    expect(logged.filter((line) => line.includes('ProvenLogin'))).toHaveLength(1);
    expect(logged.find((line) => line.includes('ProvenLogin'))).toContain('"credential":"mail/ada"');
  });

  it('writes no password, AUTH blob or mail address into a log, metric, answer or table', async () => {
    secrets.create('mail/ada', secretString());
    secrets.create('mail/bad', secretString({ password: `${PASSWORD}x` }));
    const answers = [await post({ secretId: 'mail/ada' }), await post({ secretId: 'mail/bad' })];
    const seen = JSON.stringify([answers, logged, [...(await table.items())]]);
    expect(seen).toContain('credential.validated');
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const blob = base64(`\0${USERNAME}\0${PASSWORD}`);
    for (const canary of [PASSWORD, base64(PASSWORD), blob, USERNAME, base64(USERNAME)]) {
      expect(seen).not.toContain(canary);
    }
  });
});
