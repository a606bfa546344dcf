import { randomBytes } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGateway } from '../../../sandbox/gateway/gateway.ts';
import { openTestCloud, type TestCloud } from '../cloud.ts';

let local: TestCloud;

beforeAll(async () => {
  local = await openTestCloud();
});

afterAll(() => local?.close());

test('an object of 5 MiB passes through byte by byte, its signature still valid', async () => {
  const { endpoint, credentials, region } = local.cloud.account;
  const s3 = new AwsClient({ ...credentials, region, service: 's3' });
  const content = randomBytes(5 * 1024 * 1024);
  expect((await s3.fetch(`${endpoint}/a-bucket`, { method: 'PUT' })).status).toBe(200);
  const put = await s3.fetch(`${endpoint}/a-bucket/folder/an%20object`, { method: 'PUT', body: content });
  expect(put.status).toBe(200);
  const got = await s3.fetch(`${endpoint}/a-bucket/folder/an%20object`);
  expect(content.equals(Buffer.from(await got.arrayBuffer()))).toBe(true);
});

test('answers 503 before it knows its local AWS, and 502 when that is gone', async () => {
  const gateway = await openGateway();
  expect((await fetch(gateway.url)).status).toBe(503);
  const gone = await openGateway();
  await gone.close();
  gateway.serve(gone.url, []);
  expect((await fetch(gateway.url)).status).toBe(502);
  await gateway.close();
});

test('listens on the loopback interface only', () => {
  expect(new URL(local.cloud.account.endpoint).hostname).toBe('127.0.0.1');
});
