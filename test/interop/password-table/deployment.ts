import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import type { Credential } from '../../../functions/providers/secret.ts';
import { PasswordTable, type SqlAdmin, type SqlProvider } from '../../../functions/providers/sql.ts';
import type { Redacted } from '../../../functions/secrets/redacted.ts';
import { createAuthority } from '../../../sandbox/certificates.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { adminOf } from '../../support/providers/admin-of.ts';
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
  readonly settings: SqlProvider;
  /** With these changes to its admin secret. */
  provider(changes?: Partial<SqlAdmin>): PasswordTable;
  credential(login: string, password: Redacted): Credential;
  stop(): Promise<void>;
}

const SETTINGS: SqlProvider = { type: 'sql', logins: [...LOGINS], adminSecretId: 'keyturn/database' };

/** Files of the Debian packages. */
const PACKAGES = {
  'dovecot-pgsql': '/usr/lib/dovecot/modules/auth/libdriver_pgsql.so',
  'dovecot-mysql': '/usr/lib/dovecot/modules/auth/libdriver_mysql.so',
  postgresql: '/usr/lib/postgresql',
  'mariadb-server': '/usr/sbin/mariadbd',
};

const STARTS = { postgresql: startPostgresql, mysql: startMariadb } as const;
const DRIVERS = { postgresql: 'pgsql', mysql: 'mysql' } as const;

export async function deploy(dialect: SqlAdmin['dialect']): Promise<Deployment> {
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
  dialect: SqlAdmin['dialect'],
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
    settings: SETTINGS,
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

/** Besides the two logins of the secret those that the table has, or might have, for others. */
function placeIn(dialect: SqlAdmin['dialect'], port: number, ca: string): SqlAdmin {
  return {
    type: 'sql',
    ...ADMIN,
    dialect,
    host: 'localhost',
    port,
    database: dialect === 'mysql' ? 'mail' : 'postgres',
    table: 'users',
    loginColumn: 'login',
    passwordColumn: 'password',
    logins: [...LOGINS, 'nobody', 'bystander'],
    ca,
  };
}

function provider(place: SqlAdmin, changes: Partial<SqlAdmin> = {}): PasswordTable {
  const admin = { ...place, ...changes };
  return new PasswordTable(SETTINGS, {
    readAdmin: adminOf(admin),
    network: loopbackNetwork({ port: admin.port ?? 0 }),
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
