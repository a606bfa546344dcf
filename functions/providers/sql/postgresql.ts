import type net from 'node:net';
import pg from 'pg';
import { connectTls } from '../../net/connect.ts';
import { trusting, verifying } from '../../net/verified-tls.ts';
import type { Database, DatabaseLogin } from './database.ts';

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

/** A code and a length, which counts itself (PostgreSQL section 54.7). */
const CODE_OCTETS = 1;
const LENGTH_OCTETS = 4;
/** More than a server has to say to a change of one row. */
const LONGEST_OCTETS = 1024 * 1024;
/** AuthenticationSASL: a list of mechanisms follows. */
const SASL = 10;

/** What may follow a change of one row, by its code; whether its strings have an end. */
const MESSAGES: Readonly<Record<string, (content: Buffer) => boolean>> = {
  // ParseComplete, BindComplete, CloseComplete, NoData, PortalSuspended, EmptyQueryResponse, ReadyForQuery, BackendKeyData
  ...Object.fromEntries([...'123nsIZK'].map((code) => [code, () => true])),
  // CommandComplete, ParameterStatus, NotificationResponse
  C: (content) => stringsIn(content) >= 1,
  S: (content) => stringsIn(content) >= 2,
  A: (content) => stringsIn(content.subarray(4)) >= 2,
  // ErrorResponse, NoticeResponse, Authentication
  E: isList,
  N: isList,
  R: (content) => content.length >= 4 && (content.readUInt32BE() !== SASL || isList(content.subarray(4))),
};

/**
 * The messages of a PostgreSQL server, each whole, before pg reads them: it throws at one that is shorter than its fields, and
 * goes on for ever in a string without an end, where nothing in the process could stop it.
 */
class PostgresqlMessages {
  #rest: Buffer = Buffer.alloc(0);

  /** Those that are whole by now; null once one is not what a server may say here. */
  take(chunk: Buffer): readonly Buffer[] | null {
    let rest = Buffer.concat([this.#rest, chunk]);
    const whole: Buffer[] = [];
    while (rest.length >= CODE_OCTETS + LENGTH_OCTETS) {
      const octets = CODE_OCTETS + rest.readUInt32BE(CODE_OCTETS);
      if (octets < CODE_OCTETS + LENGTH_OCTETS || octets > LONGEST_OCTETS) return null;
      if (rest.length < octets) break;
      const message = rest.subarray(0, octets);
      if (!isReadable(message)) return null;
      whole.push(message);
      rest = rest.subarray(octets);
    }
    this.#rest = rest;
    return whole;
  }
}

function isReadable(message: Buffer): boolean {
  const code = message.toString('latin1', 0, CODE_OCTETS);
  return MESSAGES[code]?.(message.subarray(CODE_OCTETS + LENGTH_OCTETS)) ?? false;
}

function stringsIn(content: Buffer): number {
  return content.at(-1) === 0 ? content.filter((octet) => octet === 0).length : 0;
}

/** Strings, and an empty one behind the last. */
function isList(content: Buffer): boolean {
  return content.at(-1) === 0 && (content.length === 1 || content.at(-2) === 0);
}
