import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import type { RotateSecretCommandInput } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { STEPS } from '../../functions/lifecycle/rotate/step-decision.ts';
import { canonicalEndpoint, spelt } from '../../functions/secrets/endpoint.ts';
import { expectAnswer } from '../support/api-schema.ts';
import type { InProcessTable } from '../support/aws/dynamodb.ts';
import { InProcessIam } from '../support/aws/iam.ts';
import { arnOf, type InProcessSecretsManager } from '../support/aws/secrets-manager.ts';
import { ROTATE } from '../support/lambda/environment.ts';
import { listen, type SmtpTestServer, startSmtpServer } from '../support/smtp-servers.ts';
import { freshAws, stubDeployment } from './api-world.ts';

const NAME = 'keyturn/orders';
const REGION = 'us-east-1';
const OPERATE_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:operate';
const ADA = 'arn:aws:sts::123456789012:assumed-role/operator/ada';
const context = {
  awsRequestId: 'request-1',
  invokedFunctionArn: OPERATE_ARN,
  getRemainingTimeInMillis: () => 60_000,
} as Context;

let smtp: SmtpTestServer;
let lambda: Server;
let invoked: { readonly url: string | undefined; readonly type: unknown; readonly payload: unknown }[];
let secrets: InProcessSecretsManager;
let iam: InProcessIam;
let table: InProcessTable;
let arn: string;
let value: string;
let operate: typeof import('../../functions/operate.ts').handler;
let rotate: typeof import('../../functions/rotate.ts').handler;
let logged: readonly string[];

beforeAll(async () => {
  smtp = await startSmtpServer({
    security: 'tls',
    users: {},
    onAuth: ({ username, password = '' }) =>
      iam.accepts(username, password, REGION)
        ? { code: 235, text: 'Authentication successful.' }
        : { code: 535, text: 'Authentication Credentials Invalid' },
  });
  lambda = createServer(async (request, response) => {
    const { url, headers } = request;
    invoked.push({ url, type: headers['x-amz-invocation-type'], payload: await json(request) });
    response.writeHead(202).end();
  });
  stubDeployment(
    { ports: String(smtp.port) },
    {
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${await listen(lambda)}`,
    },
  );
  ({ handler: operate } = await import('../../functions/operate.ts'));
  ({ handler: rotate } = await import('../../functions/rotate.ts'));
});

afterAll(async () => {
  await smtp.close();
  lambda.close();
  vi.unstubAllEnvs();
});

beforeEach(async () => {
  ({ iam, secrets, table, logged } = freshAws(new InProcessIam({ 'keyturn:secret': arnOf(NAME) })));
  invoked = [];
  const { host, port, ca } = smtp;
  const provider = { type: 'ses', userName: 'orders', region: REGION };
  value = JSON.stringify({ host, port, security: 'tls', ca, provider });
  const endpoint = spelt(canonicalEndpoint(smtp));
  arn = secrets.create(NAME, value, { 'keyturn:managed': 'true', 'keyturn:endpoint': endpoint });
  for (const token of ['first-rotation', 'second-rotation']) await rotateFully(token.padEnd(36, '0'));
});

async function rotateFully(ClientRequestToken: string): Promise<void> {
  secrets.beginRotation(arn, ClientRequestToken);
  for (const Step of STEPS) {
    await rotate({ Step, SecretId: arn, ClientRequestToken, RotationToken: '' } as never, context);
  }
  secrets.endRotation(arn);
}

async function call(event: Partial<APIGatewayProxyEvent>, userArn = ADA) {
  const proxied = { httpMethod: 'POST', pathParameters: null, body: null, ...event };
  const withCaller = { ...proxied, requestContext: { identity: { userArn } } } as APIGatewayProxyEvent;
  const { statusCode, body } = (await operate(withCaller, context)) as APIGatewayProxyResult;
  return { statusCode, body: JSON.parse(body) };
}

const logLines = () => logged.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));

const post = (body: object, who?: string) => call({ body: JSON.stringify(body) }, who);

describe('operate', () => {
  it('answers 202, invokes itself, and then rolls back over real TLS; GET tells how it ended', async () => {
    const good = secrets.valueOf(arn, 'AWSPREVIOUS');
    const { statusCode, body } = await post({ operation: 'rollback', secretId: NAME, reason: 'INC-7' });
    expect([statusCode, body.state, body.caller]).toEqual([202, 'requested', ADA]);
    expect(invoked).toEqual([
      {
        url: `/2015-03-31/functions/${encodeURIComponent(OPERATE_ARN)}/invocations`,
        type: 'Event',
        payload: { operationId: body.operationId },
      },
    ]);
    const before = smtp.logins.length;
    await operate({ operationId: body.operationId }, context);
    expect(smtp.logins.length - before).toBe(2);
    const state = await call({ httpMethod: 'GET', pathParameters: { operationId: body.operationId } });
    expect(state).toMatchObject({ statusCode: 200, body: { state: 'succeeded', result: 'rolled-back' } });
    expectAnswer('Operation', state.body);
    expect(secrets.valueOf(arn, 'AWSCURRENT')).toBe(good);
    expect(secrets.find(arn).holder('KEYTURN_QUARANTINED')?.labels).toContain('AWSPREVIOUS');
  });

  it('answers 409 with the reason and the date while both keys are taken, within 2 seconds, and starts nothing', async () => {
    const startedAt = Date.now();
    const { statusCode, body } = await post({ operation: 'rotate', secretId: NAME });
    expect(Date.now() - startedAt).toBeLessThan(2000);
    expect([statusCode, body.error, body.reason]).toEqual([409, 'not-possible', 'no-slot']);
    expect(Date.parse(body.possibleFrom) - startedAt).toBeGreaterThan(100 * 3_600_000);
    expect(invoked).toEqual([]);
  });

  it('has Secrets Manager rotate with its own function again what another one was to rotate, once it may fix that', async () => {
    secrets.setRotationEnabled(arn, true, `${ROTATE}-gone`);
    const rotated: object[] = [];
    const rotate = async (input: RotateSecretCommandInput) => {
      rotated.push(input);
      secrets.setRotationEnabled(arn, true, input.RotationLambdaARN);
      return {};
    };
    secrets.rotationApi = { rotate, cancel: async () => ({}) };
    const asked = await post({ operation: 'rotate', secretId: NAME });
    expect([asked.statusCode, asked.body.reason]).toEqual([409, 'not-set-up']);
    const { body } = await post({ operation: 'doctor', secretId: NAME, fix: true });
    await operate({ operationId: body.operationId }, context);
    expect(rotated).toEqual([
      {
        SecretId: arn,
        RotationLambdaARN: ROTATE,
        RotationRules: { AutomaticallyAfterDays: 30 },
        RotateImmediately: false,
      },
    ]);
    expect((await post({ operation: 'rotate', secretId: NAME })).body.reason).toBe('no-slot');
  });

  it('starts a rotation and returns; the rotation tells each step, and has the operation go on when it has ended', async () => {
    const [, ...replaced] = [...iam.keys.keys()].toReversed();
    for (const id of replaced) iam.keys.delete(id);
    secrets.rotationApi = {
      rotate: async ({ ClientRequestToken = '' }) => {
        secrets.beginRotation(arn, ClientRequestToken);
        return {};
      },
      cancel: async () => ({}),
    };
    const { body } = await post({ operation: 'rotate', secretId: NAME });
    const { operationId } = body;
    await operate({ operationId }, context);
    const get = () => call({ httpMethod: 'GET', pathParameters: { operationId } });
    expect((await get()).body).toMatchObject({
      state: 'running',
      message: expect.stringContaining('rotation'),
    });
    invoked.length = 0;
    await rotateFully(operationId);
    expect(invoked.map(({ payload }) => payload)).toEqual([{ operationId }]);
    await operate({ operationId }, context);
    const ended = (await get()).body;
    expectAnswer('Operation', ended);
    expect(ended).toMatchObject({ state: 'succeeded', result: 'rotated' });
    expect(ended.steps.map(({ step }: { step: string }) => step)).toEqual(['start-rotation', ...STEPS]);
  });

  it('logs how an operation ended, and no secret anywhere', async () => {
    const { body } = await post({ operation: 'doctor', secretId: NAME });
    await operate({ operationId: body.operationId }, context);
    await post({ operation: 'rollback', secretId: NAME });
    const lines = logLines().filter(({ event }) => event === 'operation.finished');
    const finished = { message: 'operation.finished', event: 'operation.finished', level: 'INFO' };
    expect(lines).toMatchObject([
      {
        ...finished,
        operation: 'doctor',
        // Both keys are taken, for a time.
        result: 'issues',
        secretArn: arn,
        detail: expect.stringMatching(/\w+/),
      },
    ]);
    const seen = JSON.stringify([logged, [...(await table.items())]]);
    const passwords = smtp.logins.map(({ password = '' }) => password);
    expect(passwords.length).toBeGreaterThan(3);
    for (const secret of [...iam.secrets, ...passwords]) expect(seen).not.toContain(secret);
  });

  it('accepts an endpoint that nobody named before, by its name: rotation was refused, and goes on', async () => {
    iam.keys.clear();
    secrets.create(NAME, value);
    const rotation = () => rotateFully('third-rotation'.padEnd(36, '0'));
    await expect(rotation()).rejects.toMatchObject({ reason: 'endpoint-changed' });
    expect(iam.keys.size).toBe(0);
    const endpoint = `localhost:${smtp.port}`;
    const { body } = await post({
      operation: 'accept-endpoint',
      secretId: NAME,
      endpoint,
      reason: 'it moved',
    });
    await operate({ operationId: body.operationId }, context);
    const state = await call({ httpMethod: 'GET', pathParameters: { operationId: body.operationId } });
    expect(state.body).toMatchObject({ state: 'succeeded', result: 'accepted', endpoint });
    expect(state.body.message).toContain(`port ${smtp.port}, TLS, the CA CN=Keyturn sandbox CA (SHA-256 `);
    expectAnswer('Operation', state.body);
    await rotation();
    expect(JSON.parse(secrets.valueOf(arn, 'AWSCURRENT') ?? '')).toHaveProperty('username');
  });

  it('leaves each event of the ledger in the log, where the table does not reach, and of its author’s address a hash', async () => {
    const who = 'arn:aws:sts::123456789012:assumed-role/Operator/ada@example.com';
    await post({ operation: 'doctor', secretId: NAME }, who);
    const events = logLines().filter(({ event }) => event === 'ledger.event');
    const stored = [...(await table.items())].filter(([key]) => key.startsWith('EVENTS#'));
    expect(stored.length).toBeGreaterThan(2);
    expect(events.map(({ secretArn, sk }) => `EVENTS#${secretArn}|${sk}`)).toEqual(
      stored.map(([key]) => key).toSorted(),
    );
    expect(events.map(({ recorded }) => recorded.event)).toEqual(stored.map(([, item]) => item.event?.S));
    expect(logged.join()).toMatch(/assumed-role\/Operator\/address:[0-9a-f]{16}"/);
    expect(logged.join()).not.toContain('ada@');
  });

  it('does nothing for an invocation that nobody asked for through the API', async () => {
    await expect(operate({ operationId: 'made-up' }, context)).rejects.toThrow('no operation made-up');
    expect([...(await table.items()).keys()].filter((key) => key.startsWith('OPERATION#'))).toEqual([]);
  });

  it.each(['rotate', 'doctor'])(
    'answers 404 to %s of a secret that is scheduled for deletion',
    async (operation) => {
      secrets.find(arn).deletedAt = new Date(Date.now() + 7 * 86_400_000);
      const answer = {
        statusCode: 404,
        body: { error: 'not-found', message: expect.stringContaining('deletion') },
      };
      expect(await post({ operation, secretId: NAME })).toMatchObject(answer);
      expect(invoked).toEqual([]);
    },
  );

  it('ends an operation whose secret was scheduled for deletion meanwhile', async () => {
    const { body } = await post({ operation: 'doctor', secretId: NAME });
    secrets.find(arn).deletedAt = new Date(Date.now() + 7 * 86_400_000);
    await operate({ operationId: body.operationId }, context);
    const { operationId } = body;
    const state = await call({ httpMethod: 'GET', pathParameters: { operationId } });
    expect(state.body).toMatchObject({ state: 'failed', result: 'not-found' });
  });

  it.each([
    [400, 'malformed-request', { operation: 'explode', secretId: NAME }],
    [400, 'malformed-request', { operation: 'accept-endpoint', secretId: NAME }],
    [400, 'malformed-request', { operation: 'accept-endpoint', secretId: NAME, endpoint: 'localhost' }],
    [400, 'malformed-request', { operation: 'rotate', secretId: NAME, endpoint: 'localhost:465' }],
    [404, 'not-found', { operation: 'rotate', secretId: 'keyturn/none' }],
  ])('answers %i %s', async (statusCode, error, request) => {
    expect(await post(request)).toMatchObject({ statusCode, body: { error } });
    expect(invoked).toEqual([]);
  });
});
