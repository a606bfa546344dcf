import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { listen } from '../../support/smtp-servers.ts';

/** Calls by `service.operation`; `dynamodb write units` and `dynamodb read units`, which cost by size, among them. */
export type Calls = Map<string, number>;

interface Secrets {
  /** Undefined for an operation that a role without permission asks for. */
  answer(operation: string, input: Readonly<Record<string, unknown>>): object | undefined;
}

interface Service {
  /** Answers one request, and says what it was. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<string>;
}

export interface AwsEndpoint {
  readonly url: string;
  readonly calls: Calls;
  close(): void;
}

/**
 * AWS for the functions that are measured: Secrets Manager, DynamoDB and `others`, by the names they are signed for. Every
 * other service refuses access, which is a fact like any other. Counts all calls.
 */
export async function startAwsEndpoint(
  secrets: Secrets,
  dynamodbUrl: string,
  others: Readonly<Record<string, Service>>,
): Promise<AwsEndpoint> {
  const calls: Calls = new Map();
  const count = (name: string, times = 1) => calls.set(name, (calls.get(name) ?? 0) + times);
  const server = createServer((request, response) => {
    const service = serviceOf(request);
    const operation = request.headers['x-amz-target']?.toString().split('.').at(-1) ?? 'unknown';
    const other = others[service];
    if (other) {
      void other.answer(request, response).then((name) => count(`${service}.${name}`));
      return;
    }
    count(`${service}.${operation}`);
    if (service === 'dynamodb') void forward(request, response, dynamodbUrl, count);
    else if (service === 'secretsmanager') void answerSecret(secrets, operation, request, response);
    else refuse(request, response);
  });
  const port = await listen(server);
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, calls, close };
}

function serviceOf({ headers }: IncomingMessage): string {
  return /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'unsigned';
}

async function answerSecret(
  secrets: Secrets,
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
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    const error = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code></Error></ErrorResponse>`;
    response.writeHead(403, { 'content-type': 'text/xml' }).end(error);
    return;
  }
  response.writeHead(400, { 'x-amzn-errortype': code }).end(JSON.stringify({ __type: code }));
}

/** Has DynamoDB say what each call consumes, by which it is paid. */
async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  to: string,
  count: (name: string, times: number) => void,
): Promise<void> {
  const { 'content-length': _length, ...headers } = request.headers;
  const input = { ...((await json(request)) as object), ReturnConsumedCapacity: 'TOTAL' };
  const passed = send(to, { method: 'POST', headers });
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
