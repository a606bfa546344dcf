import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReportBucket } from '../../../../functions/audit/run/report-bucket.ts';
import { s3 } from '../../../../functions/aws.ts';
import { stubAwsEnvironment } from '../../../support/aws/environment.ts';
import { listen } from '../../../support/smtp-servers.ts';
import { type ObjectStore, startObjectStore } from '../object-store.ts';

let store: ObjectStore;
let bucket: ReportBucket;

beforeEach(async () => {
  store = await startObjectStore();
  stubAwsEnvironment(store.url);
  bucket = new ReportBucket(s3(), 'reports');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await store.close();
});

it('reads back the JSON that it wrote', async () => {
  await bucket.putJson('audits/run-1/plan.json', [{ batch: 0, note: 'größe' }]);
  expect(store.objects.get('reports/audits/run-1/plan.json')).toEqual({
    contentType: 'application/json',
    body: '[{"batch":0,"note":"größe"}]',
  });
  expect(await bucket.getJson('audits/run-1/plan.json')).toEqual([{ batch: 0, note: 'größe' }]);
});

it('reads back what it compressed, and sends a fraction of it', async () => {
  const sizes: number[] = [];
  const upstream = createServer(async (request, response) => {
    if (request.method === 'PUT') {
      kept = await buffer(request);
      sizes.push(kept.length);
      expect(request.headers['content-encoding']).toBe('gzip');
      return response.end();
    }
    return response.writeHead(200, { 'content-encoding': 'gzip' }).end(kept);
  });
  let kept: Buffer | undefined;
  const port = await listen(upstream);
  const findings = Array.from({ length: 500 }, (_, check) => ({ check, status: 'pass', evidence: 'größe' }));
  stubAwsEnvironment(`http://127.0.0.1:${port}`);
  const there = new ReportBucket(s3(), 'reports');
  await there.putCompressed('audits/run-1/results/0.json', findings);
  expect(await there.getJson('audits/run-1/results/0.json')).toEqual(findings);
  expect(sizes[0]).toBeLessThan(JSON.stringify(findings).length / 8);
  await new Promise((resolve) => upstream.close(resolve));
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

it.each(['GET', 'HEAD', 'PUT'])(
  'a refused %s is no missing object, and is not tried again',
  async (method) => {
    const call = {
      GET: () => bucket.getJson('a'),
      HEAD: () => bucket.has('a'),
      PUT: () => bucket.putJson('a', 1),
    };
    store.troubles.push(403);
    await expect(call[method as keyof typeof call]()).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    expect(store.requests).toBe(1);
  },
);

it('goes on when S3 has closed the connection that was kept, as a function finds it after it was frozen', async () => {
  await bucket.putJson('a', 1);
  store.closeConnections();
  expect(await bucket.getJson('a')).toBe(1);
});

describe('a stream', () => {
  async function* chunks(...texts: string[]) {
    yield* texts;
  }

  it('of little is one object, written at once', async () => {
    await bucket.putStream('audits/run-1/plan.jsonl', 'application/jsonl', chunks('{"a":1}\n', '{"a":2}\n'));
    expect(store.objects.get('reports/audits/run-1/plan.jsonl')).toEqual({
      contentType: 'application/jsonl',
      body: '{"a":1}\n{"a":2}\n',
    });
    expect(store.requests).toBe(1);
  });

  it('of nothing is an empty object', async () => {
    await bucket.putStream('audits/run-1/plan.jsonl', 'application/jsonl', chunks());
    expect(store.objects.get('reports/audits/run-1/plan.jsonl')?.body).toBe('');
  });

  it('of much goes in parts that S3 takes, in their order, and is there only when it is whole', async () => {
    const line = 'größe'.repeat(200_000);
    async function* much() {
      for (let at = 0; at < 16; at += 1) {
        expect(store.objects.size).toBe(0);
        yield `${at} ${line}\n`;
      }
    }
    await bucket.putStream('audits/run-1/report.json', 'application/json', much());
    const { body = '', contentType } = store.objects.get('reports/audits/run-1/report.json') ?? {};
    expect(contentType).toBe('application/json');
    expect(body.length).toBe(16 * (line.length + 2) + 10 + 6 * 2);
    expect(body.match(/^\d+/gm)?.map(Number)).toEqual(Array.from({ length: 16 }, (_, at) => at));
    // Begin, two full parts, the rest, complete.
    expect(store.requests).toBe(5);
  });

  it('of many small pieces holds little more than their text until a part is full', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const PIECES = 1000;
    let held = 0;
    async function* small() {
      collect();
      const before = process.memoryUsage().arrayBuffers;
      for (let at = 0; at < PIECES; at += 1) {
        // As everybody else in the process does, from the same pool as every small buffer.
        Buffer.from('x'.repeat(Buffer.poolSize / 4));
        yield 'x'.repeat(1000);
      }
      // What is in buffers is swept aside, and done with when the next collection begins.
      collect();
      collect();
      held = process.memoryUsage().arrayBuffers - before;
    }
    await bucket.putStream('audits/run-1/plan.jsonl', 'application/jsonl', small());
    expect(store.objects.get('reports/audits/run-1/plan.jsonl')?.body).toHaveLength(PIECES * 1000);
    expect(held).toBeLessThan(2 * PIECES * 1000);
  });

  it('that ends in an error leaves no object', async () => {
    async function* broken() {
      yield 'x'.repeat(9 * 1024 * 1024);
      throw new TypeError('broken');
    }
    await expect(bucket.putStream('audits/run-1/report.json', 'text/plain', broken())).rejects.toThrow(
      'broken',
    );
    expect(store.objects.size).toBe(0);
  });

  it('is read back line by line, whatever the pieces it arrives in', async () => {
    const texts = Array.from({ length: 5000 }, (_, at) => `${at} größe`);
    await bucket.putStream('lines', 'text/plain', chunks(texts.join('\n')));
    const lines: string[] = [];
    for await (const line of (await bucket.getLines('lines')) ?? chunks()) lines.push(line);
    expect(lines).toEqual(texts);
    expect(await bucket.getLines('none')).toBeUndefined();
  });
});

it('says so when S3 could not join the parts, though it answers 200', async () => {
  store.joins = false;
  async function* much() {
    yield 'x'.repeat(9 * 1024 * 1024);
  }
  await expect(bucket.putStream('a', 'text/plain', much())).rejects.toMatchObject({ name: 'InternalError' });
  expect(store.objects.size).toBe(0);
}, 20_000);
