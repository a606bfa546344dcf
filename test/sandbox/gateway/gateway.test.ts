import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGateway } from '../../../sandbox/gateway/gateway.ts';
import { openTestCloud, type TestCloud } from '../cloud.ts';

let local: TestCloud;

beforeAll(async () => {
  local = await openTestCloud();
});

afterAll(() => local?.close());

test('an object of 5 MiB passes through byte by byte, its signature still valid', async () => {
  const s3 = new S3Client(local.cloud.account);
  const content = randomBytes(5 * 1024 * 1024);
  const place = { Bucket: 'a-bucket', Key: 'folder/an object' };
  await s3.send(new CreateBucketCommand({ Bucket: place.Bucket }));
  await s3.send(new PutObjectCommand({ ...place, Body: content }));
  const { Body } = await s3.send(new GetObjectCommand(place));
  expect(content.equals(Buffer.from((await Body?.transformToByteArray()) ?? []))).toBe(true);
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
