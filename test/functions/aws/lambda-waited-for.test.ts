import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { invokeNow } from '../../../functions/aws/lambda.ts';
import { isThrottling } from '../../../functions/observe/throttling.ts';
import { listen } from '../../support/smtp-servers.ts';

const LONG_MS = 30_000;
let server: Server | undefined;

async function invoke(listener: RequestListener, withinMs = LONG_MS) {
  server = createServer(listener);
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${await listen(server)}`,
  };
  return invokeNow('arn:aws:lambda:us-east-1:123456789012:function:f', {}, withinMs, env);
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

it('an invocation that is silent for too long has died', async () => {
  expect(await invoke(() => {}, 50)).toEqual({ kind: 'died', error: 'NoAnswer' });
});

it.each([0, -1])('an invocation that there is no time for is none: %i ms', async (withinMs) => {
  await expect(invoke(() => expect.unreachable('it was sent'), withinMs)).rejects.toThrow('no whole answer');
});

it('an invocation that breaks off in the middle of its answer for too long has died', async () => {
  const half: RequestListener = (_request, response) => response.writeHead(200).write('{"a":');
  expect(await invoke(half, 50)).toEqual({ kind: 'died', error: 'NoAnswer' });
});

it.each([
  ['{"errorType":"Runtime.ExitError","errorMessage":"x"}', 'Runtime.ExitError'],
  ['{"errorMessage":"2026-11-24T06:00:00Z 1 Task timed out after 3.00 seconds"}', 'Unknown'],
  ['{"errorType":"<script>","errorMessage":"x"}', 'Unknown'],
  ['not JSON', 'Unknown'],
  ['', 'Unknown'],
])('a process that has ended is told of in a word, whatever Lambda says: %s', async (body, error) => {
  const ended: RequestListener = (_request, response) =>
    response.writeHead(200, { 'x-amz-function-error': 'Unhandled' }).end(body);
  expect(await invoke(ended)).toEqual({ kind: 'died', error });
});

it.each([400, 403, 404, 429, 500, 502])(
  'an invocation that Lambda does not run is none: %i',
  async (status) => {
    await expect(invoke((_request, response) => response.writeHead(status).end('{}'))).rejects.toThrow(
      `Lambda answered ${status} instead of running the function`,
    );
  },
);

it('an invocation that Lambda throttles is said to be throttled', async () => {
  const throttled = invoke((_request, response) => response.writeHead(429).end('{}'));
  expect(isThrottling(await throttled.catch((error: unknown) => error))).toBe(true);
});

it('an invocation that nobody takes is none', async () => {
  await expect(invoke((_request, response) => response.destroy())).rejects.toThrow();
});
