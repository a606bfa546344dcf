import { on } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { Security } from '../../functions/credential/credential.ts';
import type { Leaf } from '../../infra/sandbox/certificates.ts';
import { certificates, listen, type RunningServer } from './smtp-servers.ts';

export interface Step {
  /** The client's next line must match, else the connection ends. Without it the step acts at once. */
  readonly expect?: RegExp;
  /** Bytes as they go out (write the CRLF), or: end the connection, or: keep it open and say no more. */
  readonly send: string | 'close' | 'silence';
  /** TLS starts right after `send`, as after `220` to STARTTLS. */
  readonly upgrade?: boolean;
}

export interface ScriptedServer extends RunningServer {
  /** Everything that clients said over all connections, after decryption. */
  received(): string;
  /** The part of it that came outside TLS. */
  receivedInClear(): string;
}

interface Wire {
  readonly leaf: Leaf;
  readonly record: (chunk: string, inClear: boolean) => void;
}

/**
 * Plays `script` from its start to every connection, for the answers that no sound SMTP server gives.
 * A line after the last step ends the connection.
 */
export async function startScriptedServer(
  script: readonly Step[],
  options: { readonly security?: Security; readonly leaf?: Leaf } = {},
): Promise<ScriptedServer> {
  const { security = 'starttls' } = options;
  const { ca, leaf } = await certificates(options.leaf);
  const log: { readonly chunk: string; readonly inClear: boolean }[] = [];
  const wire: Wire = { leaf, record: (chunk, inClear) => log.push({ chunk, inClear }) };
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}).once('close', () => sockets.delete(socket)));
    const start = security === 'tls' ? secure(socket, leaf) : socket;
    play(start, script, wire).catch(() => socket.destroy());
  });
  const port = await listen(server);
  const text = (chunks: typeof log) => chunks.map(({ chunk }) => chunk).join('');
  return {
    host: 'localhost',
    port,
    security,
    ca,
    received: () => text(log),
    receivedInClear: () => text(log.filter(({ inClear }) => inClear)),
    close: () => closeAll(server, sockets),
  };
}

async function play(socket: net.Socket, script: readonly Step[], wire: Wire): Promise<void> {
  const lines = listenForLines(socket, wire.record);
  for (const [index, { expect, send, upgrade }] of script.entries()) {
    if (expect && !expect.test(await lines.next())) return void socket.destroy();
    if (send === 'close') return void socket.end();
    if (send === 'silence') return;
    socket.write(send);
    if (upgrade) {
      lines.stop();
      return play(secure(socket, wire.leaf), script.slice(index + 1), wire);
    }
  }
  await lines.next();
  socket.end();
}

/** Records every byte at once, whether or not a line is ever asked for; `next` fails when the client is gone. */
function listenForLines(socket: net.Socket, record: Wire['record']) {
  const inClear = !(socket instanceof tls.TLSSocket);
  const recordChunk = (chunk: Buffer) => record(chunk.toString('latin1'), inClear);
  const chunks = on(socket.on('data', recordChunk), 'data', { close: ['end', 'close'] });
  let pending = '';
  return {
    async next(): Promise<string> {
      while (!pending.includes('\n')) {
        const { value, done } = await chunks.next();
        if (done) throw new Error('the client hung up');
        pending += value[0].toString('latin1');
      }
      const end = pending.indexOf('\n');
      const line = pending.slice(0, end).trimEnd();
      pending = pending.slice(end + 1);
      return line;
    },
    stop(): void {
      socket.off('data', recordChunk);
      chunks.return?.();
    },
  };
}

function secure(socket: net.Socket, { key, cert }: Leaf): tls.TLSSocket {
  const secureContext = tls.createSecureContext({ key, cert });
  return new tls.TLSSocket(socket, { isServer: true, secureContext }).on('error', () => {});
}

function closeAll(server: net.Server, sockets: ReadonlySet<net.Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
