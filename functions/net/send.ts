import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import { pipeline, type Readable, Transform } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { guardTls } from './connect.ts';
import { type Received, type Send, type SendInit, UNKNOWN_CODING } from './http.ts';
import { checkServerIdentity } from './verified-tls.ts';

/** How connections are kept for the next request, by protocol. */
export interface Agents {
  readonly 'http:': http.Agent;
  readonly 'https:': https.Agent;
}

/** Of HTTPS over connections whose certificates are read in our way: Node's own ends the process (`guardTls`). */
export class GuardedAgent extends https.Agent {
  constructor(options: https.AgentOptions = {}) {
    super({ ...options, checkServerIdentity });
  }

  override createConnection(...args: Parameters<https.Agent['createConnection']>) {
    const socket = super.createConnection(...args);
    return socket instanceof TLSSocket ? silentUntilVerified(guardTls(socket)) : socket;
  }
}

/**
 * node:http writes the request at once, and Node sends it when the handshake is done. The guard puts off the end of a
 * socket whose certificate is refused by one turn, so nothing may be on its way to OpenSSL by then.
 */
function silentUntilVerified(socket: TLSSocket): TLSSocket {
  socket.cork();
  return socket.once('secureConnect', () => socket.uncork());
}

/** A new connection for each request: one that was kept while Lambda froze the function is dead, and nobody can tell. */
const EACH_NEW: Agents = { 'http:': new http.Agent(), 'https:': new GuardedAgent() };

/** Connections wait for the next request until they are idle for `idleMs`, or for ever. */
export function keptAlive(idleMs?: number): Agents {
  const options = { keepAlive: true, ...(idleMs !== undefined && { timeout: idleMs }) };
  return { 'http:': new http.Agent(options), 'https:': new GuardedAgent(options) };
}

/** Where a request goes: over connections of its own, or over one that was made and verified before. */
export type Route = { readonly agents: Agents } | { readonly socket: net.Socket };

/**
 * `fetch` by node:http. undici's own ends the process when a server closes the connection while a body waits to be read,
 * though it is being read or decompressed (nodejs/undici#5360), and so anybody who answers could end a function.
 */
export const send: Send = (input, init) => sendOver({ agents: EACH_NEW })(input, init);

export function sendOver(route: Route): Send {
  return async (input, init) => {
    if (typeof input === 'string' || input instanceof URL) return request(new URL(input), init, route);
    const { url, method, headers } = input;
    const body = Buffer.from(await input.arrayBuffer());
    return request(new URL(url), { ...init, method, headers: Object.fromEntries(headers), body }, route);
  };
}

async function request(url: URL, init: SendInit, route: Route): Promise<Received> {
  const { method = 'GET' } = init;
  const incoming = await answerTo(url, init, route);
  const { statusCode: status = 0, headers } = incoming;
  const bodiless = method === 'HEAD' || status === 204 || status === 304;
  return {
    status,
    headers: { get: (name) => headers[name.toLowerCase()]?.toString() ?? null },
    body: bodiless ? incoming : decoded(incoming),
  };
}

function answerTo(
  url: URL,
  { method = 'GET', headers = {}, body, signal }: SendInit,
  route: Route,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = begun(url, route, { method, headers: { ...headers, ...ENCODINGS }, signal });
  outgoing.once('response', resolve);
  // For good: what follows the headers may be no HTTP, and an error that nobody listens for ends the process.
  outgoing.on('error', reject);
  // Also when the server wants to speak another protocol (status 101), which is no error to Node.
  outgoing.once('close', () => reject(Object.assign(new Error('no answer'), { code: 'ECONNRESET' })));
  outgoing.end(body);
  return promise;
}

/** Asked for is none; S3 answers as the object was put. */
const ENCODINGS = { 'accept-encoding': 'identity' };

function begun(url: URL, route: Route, options: http.RequestOptions): http.ClientRequest {
  if ('socket' in route) {
    const { hostname: host, port, pathname, search } = url;
    const headers = { ...options.headers, host: url.host };
    const createConnection = () => route.socket;
    return http.request({ ...options, host, port, path: pathname + search, headers, createConnection });
  }
  if (url.protocol === 'https:') return https.request(url, { ...options, agent: route.agents['https:'] });
  return http.request(url, { ...options, agent: route.agents['http:'] });
}

const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** Bit by bit, as it is read. More than one coding, or another, was not asked for, and nothing honest sends it. */
function decoded(incoming: IncomingMessage): Readable {
  const coding = incoming.headers['content-encoding']?.trim().toLowerCase();
  if (!coding || coding === 'identity') return incoming;
  const decoder = DECODERS.get(coding)?.() ?? refusal();
  // It is told to whoever reads on; where nobody does, it would end the process.
  decoder.on('error', () => {});
  return pipeline(incoming, decoder, () => {});
}

function refusal(): Transform {
  const error = Object.assign(new Error('unknown content coding'), { code: UNKNOWN_CODING });
  return new Transform({ transform: (_chunk, _encoding, done) => done(error) });
}
