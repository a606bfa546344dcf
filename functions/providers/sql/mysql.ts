import type net from 'node:net';
import mysql, { type ResultSetHeader } from 'mysql2';
import { beginTls, secured } from '../../net/connect.ts';
import { trusting, verifying } from '../../net/verified-tls.ts';
import type { Database, DatabaseLogin } from './database.ts';

/** Logs in to MySQL or MariaDB over verified TLS; the password is sent after it only. */
export async function openMysql(login: DatabaseLogin): Promise<Database> {
  const { host, database, username, password, silenceMs } = login;
  const connection = mysql.createConnection({
    host,
    database,
    user: username,
    password: password.reveal(),
    stream: login.socket,
    // Fails closed, should mysql2 ever begin TLS by itself after all.
    ssl: { verifyIdentity: true },
    connectTimeout: silenceMs,
  });
  verifyTls(connection, login);
  // A connection that ends by itself rejects the query under way; without a listener it would end the process too.
  connection.on('error', () => {});
  const ended = (call: (done: (error: Error | null) => void) => void) => {
    const answer = new Promise<void>((resolve, reject) =>
      call((error) => (error ? reject(error) : resolve())),
    );
    return within(silenceMs, answer, login.socket);
  };
  await ended((done) => connection.connect(done));
  const lockWaitS = Math.ceil(silenceMs / 2000);
  return {
    begin: async () => {
      await ended((done) => connection.query(`SET SESSION innodb_lock_wait_timeout = ${lockWaitS}`, done));
      await ended((done) => connection.beginTransaction(done));
    },
    // mysql2 asks the server to count the rows that matched, also those that had the value before.
    update: (sql, values) =>
      new Promise((resolve, reject) => {
        connection.execute<ResultSetHeader>(
          { sql, values: [...values], timeout: silenceMs },
          (error, result) => (error ? reject(error) : resolve(result.affectedRows)),
        );
      }),
    commit: () => ended((done) => connection.commit(done)),
    close: async () => connection.destroy(),
  };
}

/** mysql2 waits for ever for the answer to some of its commands, and for the end of a login. */
async function within<T>(silenceMs: number, answer: Promise<T>, socket: net.Socket): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
    socket.destroy(error);
    late.reject(error);
  }, silenceMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What mysql2 3.24 has inside, and its types do not tell. */
interface Inside {
  stream: net.Socket;
  readonly packetParser: { execute(data: Buffer): void };
  /** Called when the server's greeting has come and the request for TLS is sent. */
  startTLS(done: (error?: Error) => void): void;
}

/**
 * TLS of ours in place of mysql2's: that reads the certificate in a way that can end the process, makes do with its common
 * name, and asks for `localhost` when the host is an IP address.
 */
function verifyTls(connection: mysql.Connection, { host, ca }: DatabaseLogin): void {
  const inside = connection as unknown as Inside;
  inside.startTLS = (done) => {
    const socket = beginTls(inside.stream.removeAllListeners('data'), verifying(host, trusting(ca)));
    // Its end reaches mysql2 by the close of the plain socket.
    socket.on('error', () => {});
    // At once, so that nothing is written in clear any more.
    inside.stream = socket;
    secured(socket).then(() => {
      // Not before: mysql2 would answer a server that is not verified, with the password.
      socket.on('data', (data) => {
        // It throws at a packet that is none; nothing would catch that.
        try {
          inside.packetParser.execute(data);
        } catch {
          socket.destroy();
        }
      });
      done();
    }, done);
  };
}
