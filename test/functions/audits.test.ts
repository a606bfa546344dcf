import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReportBucket } from '../../functions/audit/run/report-bucket.ts';
import type { handler as Handler } from '../../functions/audits.ts';
import { s3 } from '../../functions/aws.ts';
import { REPORT } from '../../functions/observe/names.ts';
import { audit } from '../../infra/openapi/examples.ts';
import { expectAnswer } from '../support/api-schema.ts';
import { stubDeployment } from './api-world.ts';
import { type ObjectStore, startObjectStore } from './audit/object-store.ts';

const SECRET = 'canary-secret-access-key';
const ID = audit.runId;
const PAGE = '<!doctype html><title>Keyturn audit</title>';

let store: ObjectStore;
let handler: typeof Handler;

beforeAll(async () => {
  store = await startObjectStore();
  stubDeployment(
    {},
    {
      AWS_ENDPOINT_URL: store.url,
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_SESSION_TOKEN: 'role+session/token=',
    },
  );
  ({ handler } = await import('../../functions/audits.ts'));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await store.close();
});

beforeEach(async () => {
  store.objects.clear();
  const bucket = new ReportBucket(s3(), 'reports');
  await bucket.putJson(REPORT.latest, { ...audit, runId: 'newest' });
  await bucket.putJson(REPORT.summary(ID), audit);
  await bucket.putHtml(REPORT.html(ID), PAGE);
});

async function get(resource: string, id?: string, query: Record<string, string> | null = null) {
  const event = {
    resource,
    pathParameters: id === undefined ? null : { id },
    queryStringParameters: query,
  } as unknown as APIGatewayProxyEvent;
  const { statusCode, body, headers } = await handler(event, { awsRequestId: 'request-1' } as Context);
  return { statusCode, headers, body: JSON.parse(body) };
}

const one = (id: string) => get('/audits/{id}', id);
const page = (id: string, query?: Record<string, string>) => get('/audits/{id}/report', id, query);

describe('GET /audits/{id}', () => {
  it('answers with the summary of that audit', async () => {
    const { statusCode, body } = await one(ID);
    expect([statusCode, body]).toEqual([200, audit]);
    expectAnswer('AuditSummary', body);
  });

  it('is not the latest one', async () => {
    expect((await get('/audits/latest')).body.runId).toBe('newest');
  });
});

describe('GET /audits/{id}/report', () => {
  it('leads to the page, by a link that expires after a minute', async () => {
    const { statusCode, headers, body } = await page(ID);
    expect(statusCode).toBe(303);
    expectAnswer('AuditPage', body);
    expect(headers).toMatchObject({ location: body.url, 'cache-control': 'no-store' });
    const url = new URL(body.url);
    expect(url.pathname).toBe(`/reports/audits/${ID}/report.html`);
    expect(url.searchParams.get('X-Amz-Expires')).toBe('60');
    const inMs = Date.parse(body.expiresAt) - Date.now();
    expect(Math.abs(inMs - 60_000)).toBeLessThan(5000);
  });

  it('leads to the page of credentials that is asked for, where there is one', async () => {
    await new ReportBucket(s3(), 'reports').putHtml(REPORT.credentials(ID, 2), PAGE);
    const { statusCode, body } = await page(ID, { page: '2' });
    expect([statusCode, new URL(body.url).pathname]).toEqual([
      303,
      `/reports/audits/${ID}/credentials/2.html`,
    ]);
    expect(await page(ID, { page: '3' })).toMatchObject({ statusCode: 404, body: { error: 'not-found' } });
  });

  it.each(['', '0', '-1', '1.5', '01', '1e3', '../report', '1/../../x', ' 1', '=1', '100000'])(
    'refuses %j, which is no page, without a request to S3',
    async (number) => {
      const before = store.requests;
      expect(await page(ID, { page: number })).toMatchObject({
        statusCode: 400,
        body: { error: 'malformed-request' },
      });
      expect(store.requests).toBe(before);
    },
  );

  it('never shows the key it is signed with', async () => {
    expect(JSON.stringify(await page(ID))).not.toContain(SECRET);
  });
});

describe.each([
  ['the summary', one],
  ['the page', page],
])('asked for %s', (_, ask) => {
  it.each(['unknown', 'latest', 'a'.repeat(80)])(
    'of %s, an audit that is not there, it answers 404',
    async (id) => {
      const { statusCode, body } = await ask(id);
      expect([statusCode, body.error]).toEqual([404, 'not-found']);
      expectAnswer('Error', body);
    },
  );

  it.each([
    '',
    '.',
    '..',
    '../latest',
    'a/b',
    'a%2Fb',
    '-a',
    'a b',
    "a'",
    'é',
    'a\n',
    '=1+1',
    'a'.repeat(81),
  ])('refuses %j, which is no id, without a request to S3', async (id) => {
    const before = store.requests;
    const { statusCode, body } = await ask(id);
    expect([statusCode, body.error]).toEqual([400, 'malformed-request']);
    expectAnswer('Error', body);
    expect(store.requests).toBe(before);
  });

  it('fails rather than say that there is none when S3 refuses', async () => {
    store.troubles.push(403);
    await expect(ask(ID)).rejects.toThrow();
  });
});
