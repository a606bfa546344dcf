import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { AwsV4Signer } from 'aws4fetch';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { invokeLater } from '../../../functions/aws/lambda.ts';
import { listen } from '../../support/smtp-servers.ts';

const ARN = 'arn:aws:lambda:eu-central-1:111122223333:function:Keyturn-Operate:live';
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'a/session+token=' };

let server: Server;
let status: number;
let env: Record<string, string>;
let received: { request: IncomingMessage; body: string }[];

beforeEach(async () => {
  received = [];
  status = 202;
  server = createServer(async (request, response) => {
    received.push({ request, body: await text(request) });
    response.writeHead(status).end();
  });
  env = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_SESSION_TOKEN: KEYS.sessionToken,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${await listen(server)}`,
  };
});
afterEach(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));

it('asks for an event to be worked on later, signed as another implementation signs it', async () => {
  await invokeLater(ARN, { operationId: 'one' }, env);
  const [{ request, body } = expect.unreachable()] = received;
  expect([request.method, request.headers['x-amz-invocation-type'], body]).toEqual([
    'POST',
    'Event',
    '{"operationId":"one"}',
  ]);
  expect(request.url).toBe(`/2015-03-31/functions/${encodeURIComponent(ARN)}/invocations`);
  const signed = /SignedHeaders=([^,]+)/.exec(request.headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const headers = Object.fromEntries(signed.map((name) => [name, String(request.headers[name])]));
  const { 'x-amz-date': datetime = '', ...others } = headers;
  const url = `${env.AWS_ENDPOINT_URL}${request.url}`;
  const signer = {
    ...KEYS,
    method: 'POST',
    url,
    body,
    headers: others,
    service: 'lambda',
    region: 'eu-central-1',
  };
  const again = await new AwsV4Signer({ ...signer, datetime, allHeaders: true }).sign();
  expect(again.headers.get('authorization')).toBe(request.headers.authorization);
});

it('rejects when Lambda does not accept it', async () => {
  status = 403;
  await expect(invokeLater(ARN, {}, env)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  expect(received).toHaveLength(1);
});
