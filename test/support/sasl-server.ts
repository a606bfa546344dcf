import { once } from 'node:events';
import type net from 'node:net';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { certificates, listen, type RunningServer } from './smtp-servers.ts';

/** Sends a challenge (before base64) and gives the client's response, decoded; null when the client cancels or is gone. */
export type Ask = (challenge: string) => Promise<string | null>;

/** A mechanism's server side: the reply that ends AUTH. `initial` is the initial response, decoded, if there is one. */
export type SaslServer = (initial: string | null, ask: Ask) => Promise<string>;

export interface SaslTestServer extends RunningServer {
  /** Each line that a client said, over all connections. */
  readonly lines: readonly string[];
}

/** An SMTP server over TLS from the first byte that knows these mechanisms, offers them in this order, and nothing else. */
export async function startSaslServer(
  mechanisms: Readonly<Record<string, SaslServer>>,
  keywords: readonly string[] = [],
): Promise<SaslTestServer> {
  const { ca, leaf } = await certificates();
  const said: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = tls.createServer(leaf, (socket) => {
    sockets.add(socket.on('error', () => {}));
    serve(socket, mechanisms, keywords, said).catch(() => socket.destroy());
  });
  const port = await listen(server);
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await once(server.close(), 'close');
  };
  return { host: 'localhost', port, security: 'tls', ca, lines: said, close };
}

async function serve(
  socket: tls.TLSSocket,
  mechanisms: Readonly<Record<string, SaslServer>>,
  keywords: readonly string[],
  said: string[],
): Promise<void> {
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]();
  const hear = async (): Promise<string | null> => {
    const { value, done } = await lines.next();
    if (done) return null;
    said.push(value);
    return value;
  };
  const ask: Ask = async (challenge) => {
    socket.write(`334 ${Buffer.from(challenge).toString('base64')}\r\n`);
    const line = await hear();
    return line === null || line === '*' ? null : Buffer.from(line, 'base64').toString();
  };
  socket.write('220 localhost ESMTP\r\n');
  for (let line = await hear(); line !== null; line = await hear()) {
    socket.write(`${await answer(line, mechanisms, keywords, ask)}\r\n`);
  }
}

async function answer(
  line: string,
  mechanisms: Readonly<Record<string, SaslServer>>,
  keywords: readonly string[],
  ask: Ask,
): Promise<string> {
  const [verb = '', name = '', initial] = line.split(' ');
  if (verb === 'EHLO') {
    const offer = [
      'localhost',
      ...keywords,
      `AUTH ${Object.keys(mechanisms).join(' ')}`,
      'ENHANCEDSTATUSCODES',
    ];
    return offer.map((keyword, index) => `250${index < offer.length - 1 ? '-' : ' '}${keyword}`).join('\r\n');
  }
  if (verb === 'QUIT') return '221 2.0.0 Bye';
  if (verb !== 'AUTH') return '502 5.5.1 Command not implemented';
  const mechanism = mechanisms[name];
  if (!mechanism) return '504 5.5.4 Unrecognized authentication type';
  return mechanism(initial === undefined ? null : decoded(initial), ask);
}

function decoded(initial: string): string {
  return initial === '=' ? '' : Buffer.from(initial, 'base64').toString();
}
