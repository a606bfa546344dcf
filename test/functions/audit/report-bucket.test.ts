import { afterEach, beforeEach, expect, it } from 'vitest';
import { ReportBucket } from '../../../functions/audit/report-bucket.ts';
import { type ObjectStore, startObjectStore } from './object-store.ts';

let store: ObjectStore;
let bucket: ReportBucket;

beforeEach(async () => {
  store = await startObjectStore();
  bucket = new ReportBucket('reports', {
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: store.url,
  });
});
afterEach(() => store.close());

it('reads back the JSON that it wrote', async () => {
  await bucket.putJson('audits/run-1/plan.json', [{ batch: 0, note: 'größe' }]);
  expect(store.objects.get('reports/audits/run-1/plan.json')).toEqual({
    contentType: 'application/json',
    body: '[{"batch":0,"note":"größe"}]',
  });
  expect(await bucket.getJson('audits/run-1/plan.json')).toEqual([{ batch: 0, note: 'größe' }]);
});

it('stores a page as HTML', async () => {
  await bucket.putHtml('audits/run-1/report.html', '<!doctype html>');
  expect(store.objects.get('reports/audits/run-1/report.html')?.contentType).toBe('text/html; charset=utf-8');
});

it('has nothing under a key that was never written', async () => {
  expect(await bucket.getJson('audits/latest.json')).toBeUndefined();
});

it('tries again after a failure of the service', async () => {
  store.troubles.push(503, 500);
  await bucket.putJson('audits/latest.json', {});
  expect(store.objects.has('reports/audits/latest.json')).toBe(true);
  expect(store.requests).toBe(3);
});

it.each(['GET', 'PUT'])(
  'rejects a refused %s with the key and the status, at the first try',
  async (method) => {
    store.troubles.push(403);
    const call =
      method === 'GET' ? bucket.getJson('audits/latest.json') : bucket.putJson('audits/latest.json', 1);
    await expect(call).rejects.toThrow(`${method} of audits/latest.json: expected 200 from S3, got 403`);
    expect(store.requests).toBe(1);
  },
);

it('takes a new connection for each request, since a frozen function would find the old one dead', async () => {
  await bucket.putJson('audits/latest.json', {});
  await bucket.getJson('audits/latest.json');
  expect([store.requests, store.connections]).toEqual([2, 2]);
});
