import mysql, { type ResultSetHeader } from 'mysql2';
import { type Database, type DatabaseLogin, MIN_VERSION } from './database.ts';

/** Logs in to MySQL or MariaDB over verified TLS; the password is sent after it only. */
export async function openMysql(login: DatabaseLogin): Promise<Database> {
  const { host, database, username, password, ca, silenceMs } = login;
  const connection = mysql.createConnection({
    host,
    database,
    user: username,
    password: password.reveal(),
    stream: login.socket,
    ssl: { minVersion: MIN_VERSION, rejectUnauthorized: true, verifyIdentity: true, ...(ca && { ca }) },
    connectTimeout: silenceMs,
  });
  // A connection that ends by itself rejects the query under way; without a listener it would end the process too.
  connection.on('error', () => {});
  const ended = (call: (done: (error: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
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
