import http from 'node:http';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { listen } from '../smtp-servers.ts';

export interface ApiRequest {
  readonly method: string;
  /** Decoded segments. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** Sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An answer is given instead of acting on the request. With all others the request is carried out, and then: the
 * connection ends without an answer, or in the middle of it; no answer ever comes; it is not JSON; it comes byte by byte.
 */
export type HttpFault = ApiAnswer | 'unanswered' | 'half' | 'silent' | 'garbage' | 'slow';

/** A provider's HTTP API on a free port of 127.0.0.1, which can be told to fail the next requests. */
export class FaultyHttp {
  readonly requests: ApiRequest[] = [];
  readonly url: string;
  readonly #server: http.Server;
  #faults: (HttpFault | undefined)[] = [];

  private constructor(server: http.Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(handle: (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>): Promise<FaultyHttp> {
    const server = http.createServer();
    const started = new FaultyHttp(server, await listen(server));
    server.on('request', (request, response) => {
      // A client that goes away in the middle of its request is none of a test's business.
      started.#serve(request, response, handle).catch((error: unknown) => {
        if (!request.readableAborted) throw error;
      });
    });
    return started;
  }

  /** One fault for each of the next requests; undefined: none. */
  fail(...faults: readonly (HttpFault | undefined)[]): void {
    this.#faults = [...faults];
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(
    incoming: http.IncomingMessage,
    response: http.ServerResponse,
    handle: (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>,
  ): Promise<void> {
    const request = await requestOf(incoming);
    this.requests.push(request);
    const fault = this.#faults.shift();
    const answer = typeof fault === 'object' ? fault : await handle(request);
    await respond(response, answer, typeof fault === 'object' ? undefined : fault);
  }
}

async function requestOf(incoming: http.IncomingMessage): Promise<ApiRequest> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
  return {
    method: incoming.method ?? '',
    path: pathname.split('/').slice(1).map(decodeURIComponent),
    query: searchParams,
    headers: incoming.headers,
    body: await text(incoming),
  };
}

async function respond(
  response: http.ServerResponse,
  { status, headers = {}, body }: ApiAnswer,
  fault: Exclude<HttpFault, ApiAnswer> | undefined,
): Promise<void> {
  if (fault === 'silent') return;
  if (fault === 'unanswered') return void response.destroy();
  if (fault === 'garbage') return void response.writeHead(status).end('<!doctype html><p>It works!');
  const content = contentOf(body);
  const type = typeof body === 'string' ? 'text/xml' : 'application/json';
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': content.length, ...headers });
  if (fault === undefined) return void response.end(content);
  await trickle(response, fault === 'half' ? content.subarray(0, content.length / 2) : content);
  if (fault === 'half') response.destroy();
  else response.end();
}

function contentOf(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

async function trickle(response: http.ServerResponse, content: Buffer): Promise<void> {
  for (const byte of content) {
    response.write(Buffer.of(byte));
    await turn();
  }
}
