import net from 'node:net';
import type { Endpoint, Security } from '../../../../functions/net/endpoint.ts';
import { listen } from '../../../support/smtp-servers.ts';
import { alert, keyExchange, serverHello } from './server-hello-bytes.ts';

const HANDSHAKE_FAILURE = 40;
const PROTOCOL_VERSION = 70;

export interface HelloServerOptions {
  readonly security?: Security;
  /** By their numbers in a hello. */
  readonly versions: readonly number[];
  readonly suites: readonly number[];
  readonly dhBits?: number;
  /** Refuses every hello that has one of these in it, as GnuTLS does with what it is not set up for. */
  readonly dreads?: readonly number[];
  /** After so many connections it says 421, or over implicit TLS hangs up without a word. */
  readonly patience?: number;
  /** Hangs up where others send an alert, as Schannel does. */
  readonly wordless?: boolean;
}

export interface HelloServer extends Endpoint {
  /** How many connections it had. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Chooses a version and suite as a TLS server does, of what no TLS library has any more; it goes no further than that. */
export async function startHelloServer(options: HelloServerOptions): Promise<HelloServer> {
  const { security = 'starttls', patience = Number.POSITIVE_INFINITY } = options;
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    connections += 1;
    if (security === 'tls') return connections > patience ? hangUp(socket) : shake(socket, options);
    if (connections > patience) return void socket.end('421 4.7.0 Too many connections\r\n');
    converse(socket, () => shake(socket, options));
  });
  const port = await listen(server);
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { host: 'localhost', port, security, connections: () => connections, close };
}

function converse(socket: net.Socket, secure: () => void): void {
  socket.write('220 localhost ESMTP\r\n');
  const onData = (chunk: Buffer) => {
    const verb = chunk.toString('latin1').split(/[ \r]/)[0];
    if (verb === 'STARTTLS') {
      socket.off('data', onData);
      secure();
    }
    socket.write(verb === 'EHLO' ? '250-localhost\r\n250 STARTTLS\r\n' : '220 2.0.0 Go on\r\n');
  };
  socket.on('data', onData);
}

/** Once the client has spoken, so that it is no failure to connect. */
function hangUp(socket: net.Socket): void {
  socket.once('data', () => socket.end());
}

function shake(socket: net.Socket, options: HelloServerOptions): void {
  const { versions, suites, dhBits, dreads = [], wordless = false } = options;
  const refuse = (reason: number) => (wordless ? socket.end() : socket.end(alert(2, reason)));
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 5 || received.length < 5 + received.readUInt16BE(3)) return;
    const offered = readHello(received);
    const suite = suites.find((one) => offered.suites.includes(one));
    const usable = versions.filter((one) => offered.tls13 === (one === 0x0304) && one <= offered.version);
    const version = Math.max(...usable);
    if (usable.length === 0) refuse(PROTOCOL_VERSION);
    else if (suite === undefined || dreads.some((one) => offered.suites.includes(one)))
      refuse(HANDSHAKE_FAILURE);
    else {
      socket.write(serverHello({ version, suite }));
      if (dhBits) socket.write(keyExchange(dhBits));
    }
  });
}

function readHello(bytes: Buffer) {
  const at = 44 + bytes.readUInt8(43);
  const length = bytes.readUInt16BE(at);
  const suites = Array.from({ length: length / 2 }, (_, index) => bytes.readUInt16BE(at + 2 + 2 * index));
  const tls13 = bytes.includes(Buffer.from('002b0003020304', 'hex'));
  return { suites, tls13, version: tls13 ? 0x0304 : bytes.readUInt16BE(9) };
}
