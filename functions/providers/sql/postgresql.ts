import type net from 'node:net';
import pg from 'pg';
import { connectTls } from '../../net/connect.ts';
import { trusting, verifying } from '../../net/verified-tls.ts';
import type { Database, DatabaseLogin } from './database.ts';
import { PostgresqlMessages } from './postgresql-messages.ts';

/** PostgreSQL section 54.2.11: a server that speaks TLS answers `S`, and nothing more before it. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** Logs in over verified TLS; nothing of the login is sent before it. */
export async function openPostgresql(login: DatabaseLogin): Promise<Database> {
  const { host, database, username, password, silenceMs } = login;
  const socket = await verified(login);
  const client = new pg.Client({
    host,
    database,
    user: username,
    password: password.reveal(),
    stream: () => connected(wellFormed(socket)),
    // pg's own would send user and database before the certificate is verified.
    ssl: false,
    connectionTimeoutMillis: silenceMs,
    query_timeout: silenceMs,
  });
  // A connection that ends by itself rejects the query under way; without a listener it would end the process too.
  client.on('error', () => {});
  await client.connect();
  return {
    begin: async () => {
      await client.query('BEGIN');
      // Not a parameter of the connection: a pooler in between may not pass it on.
      await client.query(`SET LOCAL lock_timeout = ${Math.floor(silenceMs / 2)}`);
    },
    update: async (statement, values) => (await client.query(statement, [...values])).rowCount ?? 0,
    commit: async () => void (await client.query('COMMIT')),
    close: async () => void (await client.end().catch(() => {})),
  };
}

async function verified({ socket, host, ca, silenceMs }: DatabaseLogin): Promise<net.Socket> {
  const late = () => socket.destroy(Object.assign(new Error('no TLS in time'), { code: 'ETIMEDOUT' }));
  const timer = setTimeout(late, silenceMs);
  try {
    socket.write(SSL_REQUEST);
    const answer = await firstWords(socket);
    if (answer !== 'S')
      throw Object.assign(new Error('the server does not speak TLS'), { code: 'HANDSHAKE_NO_SSL' });
    return await connectTls(socket, verifying(host, trusting(ca)));
  } finally {
    clearTimeout(timer);
  }
}

/** Empty when the server hangs up. */
async function firstWords(socket: net.Socket): Promise<string> {
  const words = socket.iterator({ destroyOnReturn: false });
  const { value = '' } = await words.next();
  await words.return?.();
  return String(value);
}

/** Hands on what pg can read, message by message, and hangs up at anything else. */
function wellFormed(socket: net.Socket): net.Socket {
  const listen = socket.on.bind(socket);
  const on = (event: string, listener: (...args: unknown[]) => void) =>
    listen(event, event === 'data' ? reading(socket, listener) : listener);
  return Object.assign(socket, { on });
}

function reading(socket: net.Socket, listener: (message: Buffer) => void): (chunk: Buffer) => void {
  const messages = new PostgresqlMessages();
  return (chunk) => {
    try {
      const whole = messages.take(chunk);
      if (whole === null) socket.destroy();
      for (const message of whole ?? []) listener(message);
    } catch {
      // At a message that is shorter than its fields.
      socket.destroy();
    }
  };
}

/** pg connects its stream by itself and waits for the event: ours was connected to a checked address before. */
function connected(socket: net.Socket): net.Socket {
  const connect = () => {
    queueMicrotask(() => socket.emit('connect'));
    return socket;
  };
  return Object.assign(socket, { connect });
}
