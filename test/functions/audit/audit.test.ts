import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESClient } from '@aws-sdk/client-ses';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Batch } from '../../../functions/audit/run.ts';
import { sesSmtpPassword } from '../../../functions/rotation/providers/ses-password.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { InProcessIam } from '../../support/aws/iam.ts';
import { InProcessSecretsManager } from '../../support/aws/secrets-manager.ts';
import { type SmtpTestServer, startSmtpServer } from '../../support/smtp-servers.ts';
import { InProcessSes } from './in-process-ses.ts';
import { type ObjectStore, startObjectStore } from './object-store.ts';

const PASSWORD = 'canary-V8kq2LxZr9Tn4WsB';
const WRONG = 'canary-wrong-M3pXc7Vn1Qa';
const USERNAME = 'ada@mail.example.com';
const RUN = { runId: 'run-1', startedAt: '2026-11-24T06:00:00.000Z' };
const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 } as Context;

type Handler = (event: object, context: Context) => Promise<unknown>;

let plan: Handler;
let examine: Handler;
let report: Handler;
let store: ObjectStore;
let server: SmtpTestServer;
let secrets: InProcessSecretsManager;
let table: InProcessTable;
let iam: InProcessIam;
let ses: InProcessSes;
const logged: string[] = [];

beforeAll(async () => {
  store = await startObjectStore();
  server = await startSmtpServer({
    security: 'tls',
    users: { [USERNAME]: PASSWORD },
    onAuth: ({ username, password = '' }) =>
      iam.accepts(username, password, 'us-east-1') ? { code: 235, text: '2.7.0 Ok' } : undefined,
  });
  const environment = {
    KEYTURN_TABLE: 'table',
    KEYTURN_BUCKET: 'reports',
    KEYTURN_ROTATION_DAYS: '30',
    KEYTURN_OVERLAP_HOURS: '48',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: store.url,
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'canary-secret-access-key',
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  ({ handler: plan } = (await import('../../../functions/audit-plan.ts')) as { handler: Handler });
  ({ handler: examine } = (await import('../../../functions/audit-examine.ts')) as { handler: Handler });
  ({ handler: report } = (await import('../../../functions/audit-report.ts')) as { handler: Handler });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([store.close(), server.close()]);
});

beforeEach(() => {
  secrets = new InProcessSecretsManager();
  table = new InProcessTable();
  iam = new InProcessIam({});
  ses = new InProcessSes();
  store.objects.clear();
  logged.length = 0;
  vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation((command) =>
    secrets.client.send(command),
  );
  vi.spyOn(DynamoDBClient.prototype, 'send').mockImplementation((command) => table.client.send(command));
  vi.spyOn(IAMClient.prototype, 'send').mockImplementation((command) => iam.client.send(command));
  vi.spyOn(SESClient.prototype, 'send').mockImplementation((command) => ses.client.send(command));
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation(
      (...parts: unknown[]) => void logged.push(parts.map(String).join(' ')),
    );
  }
});

function secretString(changes: object = {}): string {
  const { host, port, ca, security } = server;
  return JSON.stringify({ host, port, security, ca, username: USERNAME, password: PASSWORD, ...changes });
}

function stored<T>(key: string): T {
  return JSON.parse(store.objects.get(`reports/${key}`)?.body ?? 'null') as T;
}

async function runAudit(): Promise<unknown> {
  await plan(RUN, context);
  for (const batch of stored<Batch[]>('audits/run-1/plan.json')) await examine(batch, context);
  return report(RUN, context);
}

async function getLatest(): Promise<{ statusCode: number; body: string }> {
  const event = { httpMethod: 'GET', path: '/audits/latest' } as APIGatewayProxyEvent;
  return (await report(event, context)) as { statusCode: number; body: string };
}

const entries = () => logged.map((line) => JSON.parse(line));
const lines = (event: string) => entries().filter((entry) => entry.event === event);

function createSesSecret(): void {
  const { id, secret } = iam.create();
  ses.identities.push('shop.example.com');
  const provider = { type: 'ses', userName: 'keyturn-orders', region: 'us-east-1' };
  const password = sesSmtpPassword(secret, 'us-east-1');
  const from = 'orders@shop.example.com';
  secrets.create('keyturn/orders', secretString({ username: id, password, from, provider }));
}

describe('an audit', () => {
  it('goes from the plan over the examination to the report', async () => {
    createSesSecret();
    secrets.create('mail/ada', secretString());
    secrets.create('mail/wrong', secretString({ password: WRONG }));
    secrets.create('mail/malformed', '{}');
    secrets.create('mail/foreign', secretString(), { 'keyturn:managed': 'no' });

    expect(await plan(RUN, context)).toEqual({ ...RUN, planKey: 'audits/run-1/plan.json', batches: 1 });
    const [batch] = stored<Batch[]>('audits/run-1/plan.json');
    expect(batch?.secretArns).toHaveLength(4);
    expect(await examine(batch ?? {}, context)).toMatchObject({
      batch: 0,
      examined: 4,
      findings: { fail: expect.any(Number) },
    });
    const reported = await report(RUN, context);

    const full = stored<{ credentials: { secretName: string; verdict: string; findings: object[] }[] }>(
      'audits/run-1/report.json',
    );
    expect(reported).toMatchObject({
      runId: 'run-1',
      reportKey: 'audits/run-1/report.json',
      score: expect.any(Number),
    });
    const verdicts = full.credentials.map(({ secretName, verdict }) => [secretName, verdict]);
    expect(Object.fromEntries(verdicts)).toEqual({
      'keyturn/orders': 'valid',
      'mail/ada': 'valid',
      'mail/wrong': 'rejected',
      'mail/malformed': null,
    });
    const orders = full.credentials.find(({ secretName }) => secretName === 'keyturn/orders');
    expect(orders?.findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ check: 'iam.smtp-user', status: 'pass' }),
        expect.objectContaining({ check: 'secret.shape', status: 'pass' }),
        expect.objectContaining({ check: 'ses.identity', status: 'pass' }),
        expect.objectContaining({ check: 'ses.dkim', status: 'fail' }),
      ]),
    );
    const page = store.objects.get('reports/audits/run-1/report.html');
    expect(page).toMatchObject({
      contentType: 'text/html; charset=utf-8',
      body: expect.stringContaining('mail/wrong'),
    });
  });

  it('writes a line for each failure and warning, and one for its end', async () => {
    const arn = secrets.create('mail/wrong', secretString({ password: WRONG }));
    await runAudit();
    const findings = lines('audit.finding');
    expect(findings).toContainEqual(
      expect.objectContaining({
        secretArn: arn,
        runId: 'run-1',
        requestId: 'request-1',
        check: 'cred.login',
        result: 'fail',
        severity: 'critical',
        evidence: expect.stringContaining('rejected'),
      }),
    );
    const [completed] = lines('audit.completed');
    expect(completed).toMatchObject({
      result: 'completed',
      credentials: 1,
      unexamined: 0,
      durationMs: expect.any(Number),
    });
    expect(findings).toHaveLength(completed.counts.fail + completed.counts.warn);
  });

  it('counts completions, failures, the unexamined, and the proven login of each good credential', async () => {
    secrets.create('mail/ada', secretString());
    secrets.create('mail/wrong', secretString({ password: WRONG }));
    await runAudit();
    const metrics = entries().filter(({ _aws }) => _aws !== undefined);
    const total = Object.assign({}, ...metrics);
    expect(total).toMatchObject({ AuditCompleted: 1, AuditUnexamined: 0 });
    expect(total.AuditFailures).toBe(lines('audit.completed')[0].counts.fail);
    const proven = metrics.filter((metric) => 'ProvenLogin' in metric).map(({ credential }) => credential);
    expect(proven).toEqual(['mail/ada']);
  });

  it('keeps one item a run in the table', async () => {
    secrets.create('mail/ada', secretString());
    await runAudit();
    expect([...table.items.keys()]).toEqual(['AUDIT|run-1']);
    const expiresAt = Number(table.items.get('AUDIT|run-1')?.expiresAt?.N);
    expect(expiresAt).toBeGreaterThan(Date.now() / 1000 + 399 * 24 * 3600);
  });

  it('counts the credentials of a batch that left no result as not examined', async () => {
    secrets.create('mail/ada', secretString());
    await plan(RUN, context);
    expect(await report(RUN, context)).toMatchObject({ score: null });
    expect(stored('audits/run-1/report.json')).toMatchObject({ unexamined: [{ reason: 'no-result' }] });
    expect(lines('audit.unexamined')).toMatchObject([{ result: 'no-result' }]);
  });

  it('of no credentials at all completes', async () => {
    expect(await runAudit()).toMatchObject({ score: null });
    expect(stored('audits/latest.json')).toMatchObject({ credentials: 0 });
  });

  it.each([
    [
      'a report without a plan',
      () => report(RUN, context),
      /expected the plan of this run at audits\/run-1\/plan.json/,
    ],
    [
      'an examination without account facts',
      () =>
        examine(
          { runId: 'run-1', batch: 0, secretArns: [], accountKey: 'audits/run-1/account.json' },
          context,
        ),
      /expected the account's facts/,
    ],
    ['a plan without a run', () => plan({}, context), /runId/],
  ])('rejects %s', async (_name, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
});

describe('GET /audits/latest', () => {
  it('answers with the summary of the last audit', async () => {
    secrets.create('mail/wrong', secretString({ password: WRONG }));
    await runAudit();
    const { statusCode, body } = await getLatest();
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      runId: 'run-1',
      credentials: 1,
      pageKey: 'audits/run-1/report.html',
      worst: expect.arrayContaining([
        expect.objectContaining({ check: 'cred.login', secretName: 'mail/wrong' }),
      ]),
    });
  });

  it('answers 404 before the first one', async () => {
    const { statusCode, body } = await getLatest();
    expect([statusCode, JSON.parse(body)]).toEqual([
      404,
      { error: 'not-found', message: 'No audit has finished yet.' },
    ]);
  });
});

it('lets no password, key or mail address out of an audit', async () => {
  createSesSecret();
  secrets.create('mail/ada', secretString({ from: USERNAME }));
  secrets.create('mail/wrong', secretString({ password: WRONG }));
  await runAudit();
  const answer = await getLatest();
  const seen = JSON.stringify([answer, logged, [...table.items], [...store.objects]]);
  expect(seen).toContain('audit.completed');
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const secretsUsed = [PASSWORD, WRONG, 'canary-secret-access-key', ...iam.secrets];
  const derived = iam.secrets.map((secret) => sesSmtpPassword(secret, 'us-east-1'));
  const blobs = [PASSWORD, WRONG].map((password) => base64(`\0${USERNAME}\0${password}`));
  for (const canary of [...secretsUsed, ...derived]) {
    for (const form of [canary, base64(canary), encodeURIComponent(canary)]) expect(seen).not.toContain(form);
  }
  for (const canary of [...blobs, USERNAME, 'orders@shop.example.com']) expect(seen).not.toContain(canary);
});
