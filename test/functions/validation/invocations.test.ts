import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { invoker, isThrottling } from '../../../functions/aws.ts';
import { invokeNow } from '../../../functions/validation/bulkhead.ts';
import { stubAwsEnvironment } from '../../support/aws/environment.ts';
import { listen } from '../../support/smtp-servers.ts';

const ARN = 'arn:aws:lambda:eu-central-1:111122223333:function:Keyturn-Operate:live';
const LONG_MS = 30_000;

let server: Server | undefined;
let received: { request: IncomingMessage; body: string }[];
let connections: number;

async function start(listener: RequestListener): Promise<void> {
  received = [];
  connections = 0;
  server = createServer(async (request, response) => {
    received.push({ request, body: await text(request) });
    listener(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  stubAwsEnvironment(`http://127.0.0.1:${await listen(server)}`);
}

async function invoke(listener: RequestListener, withinMs = LONG_MS) {
  await start(listener);
  return invokeNow(invoker(), ARN, { a: 1 }, withinMs);
}

afterEach(() => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
});

const refusal =
  (status: number, code: string): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'x-amzn-errortype': code }).end('{}');

describe('an invocation that is waited for', () => {
  it('has the answer of the function', async () => {
    expect(await invoke((_request, response) => response.end('{"b":2}'))).toEqual({
      kind: 'answered',
      answer: { b: 2 },
    });
    const [{ request, body } = expect.unreachable()] = received;
    expect(request.url).toBe(`/2015-03-31/functions/${encodeURIComponent(ARN)}/invocations`);
    expect([request.headers['x-amz-invocation-type'], body]).toEqual([undefined, '{"a":1}']);
  });

  it('that is silent for too long has died', async () => {
    expect(await invoke(() => {}, 1000)).toEqual({ kind: 'died', error: 'NoAnswer' });
    expect(received).toHaveLength(1);
  });

  it.each([0, -1])('that there is no time for is none: %i ms', async (withinMs) => {
    await expect(invoke(() => expect.unreachable('it was sent'), withinMs)).rejects.toThrow('no time left');
  });

  it('that breaks off in the middle of its answer for too long has died', async () => {
    const half: RequestListener = (_request, response) => response.writeHead(200).write('{"a":');
    expect(await invoke(half, 1000)).toEqual({ kind: 'died', error: 'NoAnswer' });
  });

  it.each([
    ['{"errorType":"Runtime.ExitError","errorMessage":"x"}', 'Runtime.ExitError'],
    ['{"errorMessage":"2026-11-24T06:00:00Z 1 Task timed out after 3.00 seconds"}', 'Unknown'],
    ['{"errorType":"<script>","errorMessage":"x"}', 'Unknown'],
    ['not JSON', 'Unknown'],
    ['', 'Unknown'],
  ])('whose process has ended is told of in a word, whatever Lambda says: %s', async (body, error) => {
    const ended: RequestListener = (_request, response) =>
      response.writeHead(200, { 'x-amz-function-error': 'Unhandled' }).end(body);
    expect(await invoke(ended)).toEqual({ kind: 'died', error });
  });

  it.each([
    [400, 'InvalidParameterValueException'],
    [403, 'AccessDeniedException'],
    [404, 'ResourceNotFoundException'],
    [500, 'ServiceException'],
    [502, 'EC2UnexpectedException'],
  ])('that Lambda does not run is none, and not asked for again: %i', async (status, code) => {
    await expect(invoke(refusal(status, code))).rejects.toMatchObject({
      name: code,
      $metadata: { httpStatusCode: status },
    });
    expect(received).toHaveLength(1);
  });

  it('that Lambda throttles is asked for four times more, each over a new connection, and then said to be throttled', async () => {
    const error = await invoke(refusal(429, 'TooManyRequestsException')).catch((reason: unknown) => reason);
    expect(isThrottling(error)).toBe(true);
    expect([received.length, connections]).toEqual([5, 5]);
  });

  it('that Lambda throttles up to the end of its time is throttled, and did not die', async () => {
    const error = await invoke(refusal(429, 'TooManyRequestsException'), 100).catch(
      (reason: unknown) => reason,
    );
    expect(isThrottling(error)).toBe(true);
  });

  it('whose connection ends without an answer is not asked for again: Lambda may have run it', async () => {
    await expect(invoke((_request, response) => response.destroy())).rejects.toThrow();
    expect(received).toHaveLength(1);
  });
});
