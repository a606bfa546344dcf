import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsV4Signer } from 'aws4fetch';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SesV2 } from '../../../functions/aws/sesv2.ts';

let server: Server;
let received: IncomingMessage[];
let sesv2: SesV2;

beforeEach(async () => {
  received = [];
  server = createServer((request, response) => {
    received.push(request);
    response.end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  sesv2 = new SesV2({ AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL, ...credentials });
});

afterEach(async () => {
  server.closeAllConnections();
  await once(server.close(), 'close');
});

it.each([
  ['a name with signs', () => sesv2.call('GetEmailIdentity', { name: 'ada+shop/1@b.example' })],
  ['where to go on', () => sesv2.call('GetDedicatedIps', { NextToken: 'a/b+c==' })],
])('%s is signed as another implementation of Signature Version 4 signs it', async (_name, call) => {
  await call();
  const [request = expect.unreachable()] = received;
  const { host, authorization, 'x-amz-date': datetime } = request.headers;
  const signer = new AwsV4Signer({
    method: 'GET',
    url: `http://${host}${request.url}`,
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'secret',
    service: 'ses',
    region: 'eu-central-1',
    datetime: String(datetime),
  });
  expect(authorization).toBe((await signer.sign()).headers.get('authorization'));
});
