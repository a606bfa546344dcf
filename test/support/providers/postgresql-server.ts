import type net from 'node:net';
import { createServer } from 'node:net';
import tls from 'node:tls';
import { certificates, listen } from '../smtp-servers.ts';

const SSL_REQUEST = 80877103;
const AUTHENTICATION_CLEARTEXT = 3;

/** A database of one password table, in as much of PostgreSQL's protocol 3.0 as one UPDATE takes. */
export interface PostgresqlServer {
  readonly port: number;
  readonly ca: string;
  /** Login to what stands in its password column. */
  readonly rows: Map<string, string>;
  /** With which passwords somebody asked to be let in. */
  readonly presented: readonly string[];
  close(): Promise<void>;
}

export async function startPostgresql(adminPassword: string): Promise<PostgresqlServer> {
  const { ca, leaf } = await certificates();
  const rows = new Map<string, string>();
  const presented: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data) => {
      if (data.readUInt32BE(4) !== SSL_REQUEST) return void socket.destroy();
      socket.write('S');
      const secured = new tls.TLSSocket(socket, { isServer: true, ...leaf });
      secured.on('error', () => {});
      converse(
        secured,
        (password) => {
          presented.push(password);
          return password === adminPassword;
        },
        rows,
      );
    });
  });
  const port = await listen(server);
  const close = () => new Promise<void>((closed) => void server.close(() => closed()));
  return { port, ca, rows, presented, close };
}

function converse(
  socket: net.Socket,
  isAdmin: (password: string) => boolean,
  rows: Map<string, string>,
): void {
  let bound: readonly string[] = [];
  const answers: Readonly<Record<string, (body: Buffer) => void>> = {
    startup: () => socket.write(message('R', int32(AUTHENTICATION_CLEARTEXT))),
    p: (body) => {
      const [password = ''] = texts(body);
      if (isAdmin(password)) socket.write(Buffer.concat([message('R', int32(0)), READY]));
      else socket.end(message('E', Buffer.from('SFATAL\0C28P01\0Mno\0\0')));
    },
    Q: () => socket.write(Buffer.concat([message('C', Buffer.from('OK\0')), READY])),
    P: () => socket.write(message('1')),
    B: (body) => {
      bound = parameters(body);
      socket.write(message('2'));
    },
    D: () => socket.write(message('n')),
    E: () => {
      const [record = '', login = ''] = bound;
      const met = rows.has(login) ? 1 : 0;
      if (met) rows.set(login, record);
      socket.write(message('C', Buffer.from(`UPDATE ${met}\0`)));
    },
    S: () => socket.write(READY),
    X: () => socket.end(),
  };
  const messages = new Messages();
  socket.on('data', (data) => {
    for (const { type, body } of messages.in(data)) answers[type]?.(body);
  });
}

/** The first message has no type: here it is called `startup`. */
class Messages {
  #buffered: Buffer = Buffer.alloc(0);
  #started = false;

  *in(data: Buffer): Generator<{ readonly type: string; readonly body: Buffer }> {
    this.#buffered = Buffer.concat([this.#buffered, data]);
    for (;;) {
      const head = this.#started ? 1 : 0;
      if (this.#buffered.length < head + 4) return;
      const end = head + this.#buffered.readUInt32BE(head);
      if (this.#buffered.length < end) return;
      const type = this.#started ? this.#buffered.toString('latin1', 0, 1) : 'startup';
      const body = this.#buffered.subarray(head + 4, end);
      this.#buffered = this.#buffered.subarray(end);
      this.#started = true;
      yield { type, body };
    }
  }
}

function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const READY = message('Z', Buffer.from('I'));

function texts(body: Buffer): string[] {
  return body.toString().split('\0');
}

/** Of Bind: portal and statement name, formats, and then each value after its length. */
function parameters(body: Buffer): readonly string[] {
  const names = body.indexOf(0, body.indexOf(0) + 1) + 1;
  let at = names + 2 + 2 * body.readUInt16BE(names);
  const values: string[] = [];
  const count = body.readUInt16BE(at);
  at += 2;
  for (let index = 0; index < count; index += 1) {
    const length = body.readUInt32BE(at);
    values.push(body.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return values;
}
