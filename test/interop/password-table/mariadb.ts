import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts, startDaemon } from '../daemon.ts';
import { run, type Server, type ServerOptions } from './server.ts';

/** MariaDB that takes TLS only from the network, and root from its socket. */
export async function startMariadb({ folder, leaf, admin }: ServerOptions): Promise<Server> {
  const [port = 0] = await freePorts(1);
  const data = join(folder, 'data');
  const socket = join(folder, 'socket');
  await mkdir(folder);
  await chmod(folder, 0o777);
  await writeFile(join(folder, 'cert.pem'), leaf.cert);
  await writeFile(join(folder, 'key.pem'), leaf.key, { mode: 0o600 });
  await promisify(execFile)('chown', ['mysql', join(folder, 'key.pem')]);
  await promisify(execFile)('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--user=mysql',
    '--auth-root-authentication-method=socket',
    '--skip-test-db',
  ]);
  const daemon = await startDaemon({
    start: [
      'mariadbd',
      '--no-defaults',
      '--user=mysql',
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--pid-file=${join(folder, 'pid')}`,
      `--log-error=${join(folder, 'log')}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      '--require-secure-transport=ON',
      `--ssl-cert=${join(folder, 'cert.pem')}`,
      `--ssl-key=${join(folder, 'key.pem')}`,
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=16M',
    ],
    stop: ['mariadb-admin', '--no-defaults', `--socket=${socket}`, 'shutdown'],
    ports: [port],
    logFile: join(folder, 'log'),
  });
  const options = ['--no-defaults', '--batch', '--raw', '--skip-column-names', `--socket=${socket}`];
  const client = (sql: string) => ['mariadb', ...options, '--execute', sql] as const;
  await run(
    { client },
    `CREATE DATABASE mail; USE mail;
    CREATE TABLE users (login varchar(254) NOT NULL, password varchar(255) NOT NULL);
    CREATE USER reader@localhost; GRANT SELECT ON mail.users TO reader@localhost;
    CREATE USER ${admin.username}@'%' IDENTIFIED BY '${admin.password}' REQUIRE SSL;
    GRANT SELECT (login), UPDATE (password) ON mail.users TO ${admin.username}@'%';`,
  );
  const dovecotConnect = `host=${socket} dbname=mail user=reader`;
  return { daemon, port, dovecotConnect, client: (sql) => client(`USE mail; ${sql}`) };
}
