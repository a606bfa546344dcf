import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** Connection-bound, RFC 9110 section 7.6.1; and `expect`, which this proxy has already answered. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'expect'];

export interface ApiRequest {
  readonly method: string;
  /** As it came: it is part of the signature. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Puts one service of the local AWS right. */
export interface Correction {
  /** Whether the request is one of this service's; decided on the head alone, the rest is streamed through untouched. */
  concerns(headers: IncomingHttpHeaders): boolean;
  /** `forward` gives the local AWS's own answer. */
  answer(request: ApiRequest, forward: () => Promise<ApiAnswer>): Promise<ApiAnswer>;
}

export interface Gateway {
  /** Without a trailing slash. */
  readonly url: string;
  /** Names the local AWS behind this gateway, and what is wrong with it. Until then every request gets a 503. */
  serve(upstream: string, corrections: readonly Correction[]): void;
  close(): Promise<void>;
}

interface Route {
  readonly upstream: string;
  readonly corrections: readonly Correction[];
}

/**
 * A reverse proxy on a free port of 127.0.0.1 between all AWS clients and the local AWS. It opens before the local
 * AWS, which must know this address. The `Host` header is passed on as it is, because clients signed it.
 */
export async function openGateway(): Promise<Gateway> {
  let route: Route | undefined;
  const server = http.createServer((request, response) => {
    if (!route) return void response.writeHead(503).end();
    handle(request, response, route).catch(() => failed(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (upstream, corrections) => {
      route = { upstream, corrections };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The local AWS went away, or the client did: the SDKs take a 502 for what it is and try again. */
function failed(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(502);
  response.end();
}

async function handle(request: IncomingMessage, response: ServerResponse, route: Route): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = request;
  const correction = route.corrections.find((candidate) => candidate.concerns(headers));
  if (!correction) return stream(request, response, route.upstream);
  const body = await buffer(request);
  const forward = () => send({ method, path, headers, body }, route.upstream);
  const answer = await correction.answer({ method, path, headers, body: body.toString() }, forward);
  response.writeHead(answer.status, { 'content-type': answer.contentType }).end(answer.body);
}

async function stream(request: IncomingMessage, response: ServerResponse, upstream: string): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = request;
  const forwarded = connect({ method, path, headers }, upstream);
  const answered = once(forwarded, 'response');
  await Promise.all([pipeline(request, forwarded), answered]);
  const [answer] = (await answered) as [IncomingMessage];
  response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers));
  await pipeline(answer, response);
}

async function send(
  { body, ...head }: Omit<ApiRequest, 'body'> & { body: Buffer },
  upstream: string,
): Promise<ApiAnswer> {
  const forwarded = connect(head, upstream).end(body);
  const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
  const { statusCode: status = 502, headers } = answer;
  const contentType = headers['content-type'] ?? 'application/octet-stream';
  return { status, contentType, body: (await buffer(answer)).toString() };
}

/**
 * A connection for each request: the local AWS may close a kept one without a word. Policies refuse plain HTTP
 * (`aws:SecureTransport`), and rightly so; on the loopback interface this gateway vouches for the transport.
 */
function connect({ method, path, headers }: Omit<ApiRequest, 'body'>, upstream: string): http.ClientRequest {
  const { hostname, port } = new URL(upstream);
  const forwarded = { ...withoutHopByHop(headers), 'x-forwarded-proto': 'https' };
  return http.request({ hostname, port, method, path, headers: forwarded, agent: false });
}

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}
