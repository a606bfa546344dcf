import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { Leaf } from '../../../../sandbox/certificates.ts';
import { listen } from '../../../support/smtp-servers.ts';

/** What comes before the handshake, and what is answered after it: as little of each protocol as a client needs. */
interface Protocol {
  /** Resolves when the client will begin TLS. */
  readonly before?: (socket: net.Socket) => Promise<unknown>;
  readonly greeting?: string;
  readonly answer: (heard: Buffer) => Buffer | string;
}

const SMTP: Record<string, string> = {
  EHLO: '250-here\r\n250 AUTH PLAIN',
  AUTH: '235 2.7.0 ok',
  QUIT: '221 bye',
};
const smtp: Protocol = {
  greeting: '220 here ESMTP\r\n',
  answer: (heard) => `${SMTP[heard.toString('latin1', 0, 4).toUpperCase()] ?? '502 no'}\r\n`,
};

/** MySQL's Protocol::HandshakeV10 with CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION and CLIENT_PLUGIN_AUTH. */
const MYSQL_GREETING = packet(
  0,
  Buffer.from('\x0a8.0.0\0\x01\0\0\0abcdefgh\0\0\x8a\x21\x02\0\x08\0\x15', 'latin1'),
  Buffer.alloc(10),
  Buffer.from('ijklmnopqrst\0mysql_native_password\0', 'latin1'),
);

const MYSQL_SSL_REQUEST_OCTETS = 36;

/** `go`: what is answered to STARTTLS. */
const starttls = (go: string): Protocol => ({
  ...smtp,
  greeting: '',
  before: async (socket) => {
    socket.write('220 here ESMTP\r\n');
    await once(socket, 'data');
    socket.write('250-here\r\n250 STARTTLS\r\n');
    for (;;) {
      const [line] = await once(socket, 'data');
      if (/^STARTTLS/i.test(line)) break;
      socket.write('502 no\r\n');
    }
    socket.write(go);
  },
});

export const PROTOCOLS = {
  smtps: smtp,
  starttls: starttls('220 go\r\n'),
  /** What stands behind the reply is thrown away unread (RFC 3207 section 4.2), and the handshake begins all the same. */
  'starttls and half a line': starttls('220 go\r\nX'),
  https: {
    answer: () =>
      'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok',
  },
  /** PostgreSQL section 54.2.11; then an ErrorResponse. */
  postgresql: {
    before: async (socket) => {
      await once(socket, 'data');
      socket.write('S');
    },
    answer: () => Buffer.from('E\0\0\0\x1cSFATAL\0C28P01\0Mrefused\0\0', 'latin1'),
  },
  mysql: {
    before: async (socket) => {
      socket.write(MYSQL_GREETING);
      // The client begins TLS right behind it.
      while (socket.read(MYSQL_SSL_REQUEST_OCTETS) === null) await once(socket, 'readable');
    },
    answer: () => packet(3, Buffer.from('\xff\x15\x04#28000refused', 'latin1')),
  },
} as const satisfies Record<string, Protocol>;
export type ProtocolName = keyof typeof PROTOCOLS;

function packet(number: number, ...parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([payload.length & 0xff, payload.length >> 8, 0, number]), payload]);
}

/** A server that presents whatever it is told to, and keeps what it hears under TLS. */
export class PresentingServer {
  heard = '';
  #context: tls.SecureContext | undefined;
  readonly #protocol: Protocol;
  readonly #server = net.createServer((socket) => this.#serve(socket));
  readonly #open = new Set<net.Socket>();

  private constructor(protocol: Protocol) {
    this.#protocol = protocol;
  }

  static async start(name: ProtocolName): Promise<PresentingServer & { readonly port: number }> {
    const server = new PresentingServer(PROTOCOLS[name]);
    return Object.assign(server, { port: await listen(server.#server) });
  }

  present(leaf: Leaf): void {
    this.heard = '';
    this.#context = tls.createSecureContext({ key: leaf.key, cert: leaf.cert, ciphers: 'ALL:@SECLEVEL=0' });
  }

  /** Resolves when every client has gone. */
  async quiet(): Promise<void> {
    await Promise.all([...this.#open].map((socket) => once(socket, 'close')));
  }

  close(): void {
    this.#server.close();
  }

  async #serve(socket: net.Socket): Promise<void> {
    this.#open.add(socket);
    socket.on('error', () => {}).on('close', () => this.#open.delete(socket));
    const closed = once(socket, 'close');
    await Promise.race([this.#protocol.before?.(socket), closed]);
    const { greeting = '', answer } = this.#protocol;
    const secure = new tls.TLSSocket(socket, {
      isServer: true,
      ...(this.#context && { secureContext: this.#context }),
    });
    secure.on('error', () => socket.destroy());
    if (greeting) secure.on('secure', () => secure.write(greeting));
    secure.on('data', (chunk) => {
      this.heard += chunk.toString('latin1');
      secure.write(answer(chunk));
    });
  }
}
