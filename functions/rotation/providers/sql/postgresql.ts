import type net from 'node:net';
import { TLSSocket } from 'node:tls';
import pg from 'pg';
import { guardTls } from '../../../smtp/network/guarded-tls.ts';
import { trusting, verifying } from '../../../smtp/network/verifying.ts';
import type { Database, DatabaseLogin } from './database.ts';

/** Logs in over verified TLS; the password is sent after it only. */
export async function openPostgresql(login: DatabaseLogin): Promise<Database> {
  const { host, database, username, password, ca, silenceMs } = login;
  const client = new pg.Client({
    host,
    database,
    user: username,
    password: password.reveal(),
    stream: () => connected(login.socket),
    ssl: verifying(host, trusting(ca)),
    connectionTimeoutMillis: silenceMs,
    query_timeout: silenceMs,
  });
  // A connection that ends by itself rejects the query under way; without a listener it would end the process too.
  client.on('error', () => {});
  // In the turn in which pg begins TLS.
  client.connection.once('sslconnect', () => {
    const { stream } = client.connection;
    if (stream instanceof TLSSocket) guardTls(stream);
  });
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

/** pg connects its stream by itself and waits for the event: ours was connected to a checked address before. */
function connected(socket: net.Socket): net.Socket {
  const connect = () => {
    queueMicrotask(() => socket.emit('connect'));
    return socket;
  };
  return Object.assign(socket, { connect });
}
