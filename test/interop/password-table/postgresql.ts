import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts, startDaemon } from '../daemon.ts';
import { run, type Server, type ServerOptions } from './server.ts';

const RELEASES = '/usr/lib/postgresql';
/** It refuses to run as root. */
const AS_POSTGRES = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] as const;

/** PostgreSQL that takes TLS only from the network, and anybody from its socket. */
export async function startPostgresql({ folder, leaf, admin }: ServerOptions): Promise<Server> {
  const [port = 0] = await freePorts(1);
  const data = join(folder, 'data');
  await mkdir(folder);
  await chmod(folder, 0o777);
  await asPostgres(program('initdb'), '--pgdata', data, '--auth', 'trust', '--no-sync');
  await writeFile(join(folder, 'cert.pem'), leaf.cert);
  await writeFile(join(folder, 'key.pem'), leaf.key, { mode: 0o600 });
  await promisify(execFile)('chown', ['postgres', join(folder, 'key.pem')]);
  await writeFile(
    join(data, 'pg_hba.conf'),
    'local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n',
  );
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'ssl=on',
    `ssl_cert_file=${folder}/cert.pem`,
    `ssl_key_file=${folder}/key.pem`,
    'fsync=off',
    'shared_buffers=16MB',
  ];
  const daemon = await startDaemon({
    start: [...AS_POSTGRES, program('postgres'), '-D', data, ...settings.flatMap((one) => ['-c', one])],
    stop: [...AS_POSTGRES, program('pg_ctl'), 'stop', '--wait', '--mode=immediate', '--pgdata', data],
    ports: [port],
    logFile: join(folder, 'log'),
  });
  const client = (sql: string) => psql(folder, port, sql);
  await run(
    { client },
    `CREATE TABLE users (login text NOT NULL, password text NOT NULL);
    CREATE ROLE ${admin.username} LOGIN PASSWORD '${admin.password}';
    GRANT SELECT (login), UPDATE (password) ON users TO ${admin.username};`,
  );
  const dovecotConnect = `host=${folder} port=${port} dbname=postgres user=postgres`;
  return { daemon, port, dovecotConnect, client };
}

function psql(host: string, port: number, sql: string): readonly [string, ...string[]] {
  const options = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1'];
  const where = ['--host', host, '--port', String(port), '--username=postgres', '--dbname=postgres'];
  return ['psql', ...options, ...where, '--command', sql];
}

async function asPostgres(...command: string[]): Promise<void> {
  const [first, ...rest] = [...AS_POSTGRES, ...command];
  await promisify(execFile)(first, rest, { cwd: '/' });
}

function program(name: string): string {
  return join(RELEASES, readdirSync(RELEASES).toSorted().at(-1) ?? '', 'bin', name);
}
