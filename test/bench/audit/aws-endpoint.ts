import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as send,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { listen } from '../../support/smtp-servers.ts';
import type { ObjectFiles } from './object-files.ts';
import type { ManySecrets } from './secrets.ts';

/** Calls by `service.operation`; `dynamodb write units` and `dynamodb read units`, which cost by size, among them. */
export type Calls = Map<string, number>;

export interface AwsEndpoint {
  readonly url: string;
  readonly calls: Calls;
  close(): void;
}

/**
 * AWS for the functions that are measured: Secrets Manager, S3 and DynamoDB as they need them; every other service refuses
 * access, which is a fact like any other. Counts all calls.
 */
export async function startAwsEndpoint(
  secrets: ManySecrets,
  objects: ObjectFiles,
  dynamodb: Server,
): Promise<AwsEndpoint> {
  const calls: Calls = new Map();
  const count = (name: string, times = 1) => calls.set(name, (calls.get(name) ?? 0) + times);
  const server = createServer((request, response) => {
    const service = serviceOf(request);
    const operation = request.headers['x-amz-target']?.toString().split('.').at(-1) ?? 'unknown';
    if (service === 's3') {
      void objects.answer(request, response).then((name) => count(`s3.${name}`));
      return;
    }
    count(`${service}.${operation}`);
    if (service === 'dynamodb') void forward(request, response, dynamodb, count);
    else if (service === 'secretsmanager') void answerSecret(secrets, operation, request, response);
    else refuse(request, response);
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, calls, close: () => server.closeAllConnections() };
}

function serviceOf({ headers }: IncomingMessage): string {
  return /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'unsigned';
}

async function answerSecret(
  secrets: ManySecrets,
  operation: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = secrets.answer(operation, (await json(request)) as Record<string, unknown>);
  if (!answer) return refuse(request, response);
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const code = 'AccessDeniedException';
  if (request.headers['x-amz-target']) {
    response
      .writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify({ __type: code }));
    return;
  }
  const error = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code></Error></ErrorResponse>`;
  response.writeHead(403, { 'content-type': 'text/xml', 'x-amzn-errortype': code }).end(error);
}

/** Has DynamoDB say what each call consumes, by which it is paid. */
async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  to: Server,
  count: (name: string, times: number) => void,
): Promise<void> {
  const { port } = to.address() as AddressInfo;
  const { 'content-length': _length, ...headers } = request.headers;
  const input = { ...((await json(request)) as object), ReturnConsumedCapacity: 'TOTAL' };
  const passed = send({ host: '127.0.0.1', port, method: 'POST', path: '/', headers });
  passed.end(JSON.stringify(input));
  const [answer] = (await once(passed, 'response')) as [IncomingMessage];
  const output = await text(answer);
  const { ConsumedCapacity } = JSON.parse(output) as { ConsumedCapacity?: { CapacityUnits: number } };
  // A write whose condition does not hold is paid as well.
  count(unitOf(request), ConsumedCapacity?.CapacityUnits ?? 1);
  const { 'content-length': _old, 'x-amz-crc32': _crc, ...kept } = answer.headers;
  response.writeHead(answer.statusCode ?? 500, kept).end(output);
}

function unitOf({ headers }: IncomingMessage): string {
  return /\.(Get|Query|Scan)/.test(String(headers['x-amz-target']))
    ? 'dynamodb read units'
    : 'dynamodb write units';
}
