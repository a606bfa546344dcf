import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { AwsV4Signer } from 'aws4fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JsonApi } from '../../../functions/aws/json-api.ts';
import { isThrottling } from '../../../functions/observe/throttling.ts';

const SECRET = 'canary-4f3e2d1c';

type Answer = (response: ServerResponse) => void;

let server: Server;
let api: JsonApi;
let env: Record<string, string>;
let received: { request: IncomingMessage; body: string }[];
/** What is answered in turn; the last one again and again. */
let answers: Answer[];

const json = (status: number, body: object): Answer => {
  return (response) => response.writeHead(status).end(JSON.stringify(body));
};
const refusal = (status: number, code: string) => json(status, { __type: code, message: 'no' });
const reset: Answer = (response) => response.destroy();

beforeEach(async () => {
  received = [];
  server = createServer(async (request, response) => {
    received.push({ request, body: await text(request) });
    answers[Math.min(received.length, answers.length) - 1]?.(response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  env = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_SESSION_TOKEN: 'a/session+token=',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  api = new JsonApi({ service: 'secretsmanager', target: 'secretsmanager', version: '1.1' }, env);
});

afterEach(async () => {
  server.closeAllConnections();
  await once(server.close(), 'close');
});

const read = () => api.call('GetSecretValue', { SecretId: 'mail/ada' });

describe('a call', () => {
  it('is AWS JSON, signed as another implementation of Signature Version 4 signs it', async () => {
    answers = [json(200, { Name: 'mail/ada' })];
    expect(await read()).toEqual({ Name: 'mail/ada' });
    const [{ request, body } = expect.unreachable()] = received;
    expect(JSON.parse(body)).toEqual({ SecretId: 'mail/ada' });
    const { host = '', authorization, 'x-amz-date': datetime, ...headers } = request.headers;
    expect(headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
      'x-amz-security-token': env.AWS_SESSION_TOKEN,
    });
    expect(authorization).toBe(await signatureOf(body, host, String(datetime), headers));
  });
});

/** The signature of the same request by aws4fetch, over the same headers. */
async function signatureOf(
  body: string,
  host: string,
  datetime: string,
  headers: IncomingMessage['headers'],
) {
  const signer = new AwsV4Signer({
    method: 'POST',
    url: `http://${host}/`,
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: SECRET,
    sessionToken: 'a/session+token=',
    service: 'secretsmanager',
    region: 'eu-central-1',
    datetime,
    body,
    allHeaders: true,
    headers: {
      'content-length': String(headers['content-length']),
      'content-type': String(headers['content-type']),
      'x-amz-target': String(headers['x-amz-target']),
    },
  });
  return (await signer.sign()).headers.get('authorization');
}

describe('is tried again after', () => {
  it.each([
    ['an error of the service', refusal(500, 'InternalServiceError')],
    ['a load balancer that answers in HTML', (response) => response.writeHead(503).end('<html>busy</html>')],
    ['throttling with status 400', refusal(400, 'ThrottlingException')],
    ['throttling by DynamoDB', refusal(400, 'com.amazonaws.dynamodb.v20120810#ThrottlingException')],
    ['a status of 429', refusal(429, 'Whatever')],
    ['a reset connection', reset],
  ] satisfies [string, Answer][])('%s', async (_what, failure) => {
    answers = [failure, failure, json(200, { Name: 'mail/ada' })];
    expect(await read()).toEqual({ Name: 'mail/ada' });
    expect(received).toHaveLength(3);
  });

  it('silence', async () => {
    answers = [() => {}, json(200, {})];
    expect(await read()).toEqual({});
    expect(received).toHaveLength(2);
  }, 15_000);
});

describe('rejects', () => {
  it('after three tries, and what it rejects with is still known as throttling', async () => {
    answers = [refusal(400, 'ThrottlingException')];
    const error = await read().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ThrottlingException', message: 'no' });
    expect(isThrottling(error)).toBe(true);
    expect(received).toHaveLength(3);
  });

  it.each([
    'AccessDeniedException',
    'ResourceNotFoundException',
    'DecryptionFailure',
    'ExpiredTokenException',
    'ConditionalCheckFailedException',
  ])('at once when the service says %s, and names it as the SDK does', async (code) => {
    answers = [refusal(400, `com.amazonaws.service#${code}:http://internal.amazon.com/coral/`)];
    await expect(read()).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: 400 } });
    expect(received).toHaveLength(1);
  });

  it('a code that stands in a header alone', async () => {
    answers = [(response) => response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' }).end()];
    await expect(read()).rejects.toMatchObject({ name: 'AccessDeniedException', message: 'HTTP status 403' });
  });

  it('an answer that is cut short or garbled, without a byte of it in the error', async () => {
    answers = [(response) => response.end(`{"SecretString":"${SECRET}`)];
    const garbled = await read().catch((reason: Error) => reason);
    answers = [
      (response) =>
        response.writeHead(200, { 'content-length': 999 }).write(SECRET, () => response.destroy()),
    ];
    const cut = await read().catch((reason: Error) => reason);
    for (const error of [garbled, cut]) {
      expect(error).toBeInstanceOf(Error);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('canary');
    }
  });

  it('with neither the key nor the request in the error', async () => {
    answers = [refusal(400, 'AccessDeniedException')];
    const error = await api.call('PutItem', { password: SECRET }).catch((reason: Error) => reason);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('canary');
  });
});
