import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import type { Security } from '../../functions/net/endpoint.ts';

/** A client that says what it is told to and holds its connection until `close`; it checks no certificate. */
export class Client {
  readonly #socket: net.Socket;
  readonly #lines: AsyncIterator<string>;

  private constructor(socket: net.Socket) {
    this.#socket = socket.on('error', () => {});
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  /** Resolves after the greeting, for `tls` under TLS. */
  static async connect(port: number, security: Security, from = '127.0.0.1'): Promise<Client> {
    const plain = net.connect({ port, host: '127.0.0.1', localAddress: from });
    const socket = security === 'tls' ? tls.connect({ socket: plain, rejectUnauthorized: false }) : plain;
    await once(socket, security === 'tls' ? 'secureConnect' : 'connect');
    const client = new Client(socket);
    await client.#reply();
    return client;
  }

  /** The whole reply to a command. */
  async ask(command: string): Promise<string> {
    this.#socket.write(`${command}\r\n`);
    return this.#reply();
  }

  /** AUTH PLAIN after EHLO, under STARTTLS where the server wants it; resolves after the reply. */
  async authenticate({ username, password }: { username: string; password: string }): Promise<void> {
    const secret = Buffer.from(`\0${username}\0${password}`).toString('base64');
    await this.ask('EHLO client.test');
    await this.ask(`AUTH PLAIN ${secret}`);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** All lines of one reply; the last has no hyphen after its code (RFC 5321 section 4.2.1). */
  async #reply(): Promise<string> {
    const read: string[] = [];
    do read.push((await this.#lines.next()).value ?? '');
    while (read.at(-1)?.[3] === '-');
    return read.join('\n');
  }
}
