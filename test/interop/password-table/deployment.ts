import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import type { Credential } from '../../../functions/credential/credential.ts';
import { Redacted } from '../../../functions/credential/redacted.ts';
import { PasswordTable } from '../../../functions/rotation/providers/sql.ts';
import type { SqlProvider } from '../../../functions/rotation/providers/sql-schema.ts';
import { createAuthority } from '../../../infra/sandbox/certificates.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { freePorts } from '../daemon.ts';
import { startDovecot } from './dovecot.ts';
import { startMariadb } from './mariadb.ts';
import { startPostgresql } from './postgresql.ts';
import type { Server } from './server.ts';

export const ADMIN = { username: 'keyturn', password: randomBytes(18).toString('base64url') };
export const LOGINS = ['orders-a', 'orders-b'] as const;
/** A lock is waited for a quarter of this. */
const LONGEST_CALL_MS = 4000;

/** A database, the Dovecot that reads it, and the provider that writes it. */
export interface Deployment {
  readonly database: Server;
  /** As a secret names it. */
  readonly place: SqlProvider;
  provider(changes?: Changes): PasswordTable;
  credential(login: string, password: Redacted): Credential;
  stop(): Promise<void>;
}

export interface Changes extends Partial<SqlProvider> {
  /** Asked for at each login to the database. */
  readonly adminPassword?: () => string;
}

/** Files of the Debian packages. */
const PACKAGES = {
  'dovecot-pgsql': '/usr/lib/dovecot/modules/auth/libdriver_pgsql.so',
  'dovecot-mysql': '/usr/lib/dovecot/modules/auth/libdriver_mysql.so',
  postgresql: '/usr/lib/postgresql',
  'mariadb-server': '/usr/sbin/mariadbd',
};

const STARTS = { postgresql: startPostgresql, mysql: startMariadb } as const;
const DRIVERS = { postgresql: 'pgsql', mysql: 'mysql' } as const;

export async function deploy(dialect: SqlProvider['dialect']): Promise<Deployment> {
  requirePackages();
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-sql-'));
  const running: Stoppable[] = [];
  const stop = async () => {
    for (const one of running.splice(0).toReversed()) await one.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    // The servers run their parts as other users.
    await chmod(folder, 0o755);
    return { ...(await startIn(folder, dialect, running)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Stoppable {
  stop(): Promise<void>;
}

async function startIn(
  folder: string,
  dialect: SqlProvider['dialect'],
  running: Stoppable[],
): Promise<Omit<Deployment, 'stop'>> {
  const { cert: ca, issue } = await createAuthority();
  const leaf = await issue({ names: ['localhost'] });
  const database = await STARTS[dialect]({ folder: join(folder, 'database'), leaf, admin: ADMIN });
  running.push(database.daemon);
  const relay = await startRelay();
  running.push(relay);
  const [port = 0] = await freePorts(1);
  const [driver, connect] = [DRIVERS[dialect], database.dovecotConnect];
  const dovecot = { folder: join(folder, 'dovecot'), leaf, driver, connect, port, relay: relay.port };
  running.push(await startDovecot(dovecot));
  const place = placeIn(dialect, database.port, ca);
  return {
    database,
    place,
    provider: (changes) => provider(place, changes),
    credential: (username, password) => ({
      endpoint: { host: 'localhost', port, security: 'tls', ca },
      username,
      password,
    }),
  };
}

function requirePackages(): void {
  if (Object.values(PACKAGES).every((file) => existsSync(file))) return;
  const names = Object.keys(PACKAGES).join(' ');
  throw new Error(`these tests start databases and need: apt-get install --no-install-recommends ${names}`);
}

function placeIn(dialect: SqlProvider['dialect'], port: number, ca: string): SqlProvider {
  return {
    type: 'sql',
    dialect,
    host: 'localhost',
    port,
    database: dialect === 'mysql' ? 'mail' : 'postgres',
    table: 'users',
    loginColumn: 'login',
    passwordColumn: 'password',
    logins: [...LOGINS],
    adminSecretId: 'keyturn/database',
    ca,
  };
}

function provider(
  place: SqlProvider,
  { adminPassword = () => ADMIN.password, ...changes }: Changes = {},
): PasswordTable {
  const admin = () => new Redacted(JSON.stringify({ ...ADMIN, password: adminPassword() }));
  const changed = { ...place, ...changes };
  return new PasswordTable(changed, {
    readSecret: async () => ({ kind: 'value', versionId: 'v', text: admin(), createdAt: 0 }),
    network: loopbackNetwork({ port: changed.port ?? 0 }),
    randomBytes,
    longestCallMs: LONGEST_CALL_MS,
  });
}

/** Takes what Dovecot hands on. */
async function startRelay(): Promise<Stoppable & { readonly port: number }> {
  const relay = new SMTPServer({ disabledCommands: ['AUTH', 'STARTTLS'], logger: false });
  relay.listen(0, '127.0.0.1');
  await once(relay.server, 'listening');
  const { port } = relay.server.address() as AddressInfo;
  return { port, stop: () => new Promise((closed) => relay.close(() => closed())) };
}
