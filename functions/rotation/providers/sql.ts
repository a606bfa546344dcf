import * as v from 'valibot';
import type { Endpoint } from '../../credential/credential.ts';
import { Redacted } from '../../credential/redacted.ts';
import { text } from '../../credential/text.ts';
import type { Network } from '../../smtp/network.ts';
import { LONGEST_CALL_MS } from '../lease.ts';
import type { SettingProvider } from '../provider.ts';
import { adminEndpoints } from './admin-endpoints.ts';
import { type ReadSecret, readAdminSecret } from './admin-secret.ts';
import { ProviderError } from './provider-error.ts';
import type { Database } from './sql/database.ts';
import { failureIn, type Phase, wrongRows } from './sql/failure.ts';
import { scramRecord } from './sql/scram-record.ts';
import { updateStatement } from './sql/statement.ts';
import type { SqlProvider } from './sql-schema.ts';

const PORT = { postgresql: 5432, mysql: 3306 } as const;
const SALT_BYTES = 16;

const adminSecret = v.object({ username: text(128), password: text(1024) });

export interface SqlDeps {
  readonly readSecret: ReadSecret;
  /** What may be dialled: a database of a private network only when its address is allowed. */
  readonly network: Network;
  readonly randomBytes: (size: number) => Buffer;
  /** Instead of 12 seconds. */
  readonly longestCallMs?: number;
}

/** The password table of a Dovecot. One row is changed in one transaction, or none. */
export class PasswordTable implements SettingProvider {
  readonly kind = 'setting';
  readonly logins: SettingProvider['logins'];
  readonly passwordLimit = null;
  readonly #provider: SqlProvider;
  readonly #deps: SqlDeps;

  constructor(provider: SqlProvider, deps: SqlDeps) {
    this.logins = provider.logins;
    this.#provider = provider;
    this.#deps = deps;
  }

  endpoints(): Promise<readonly Endpoint[]> {
    return adminEndpoints(this.#deps.readSecret, this.#provider.adminSecretId);
  }

  async set(login: string, password: Redacted): Promise<void> {
    const record = await scramRecord(password, this.#deps.randomBytes(SALT_BYTES));
    const database = await this.#open().catch(failed('log in'));
    try {
      await this.#change(database, [record, login]);
    } finally {
      await database.close();
    }
  }

  async #change(database: Database, values: readonly string[]): Promise<void> {
    await database.begin().catch(failed('log in'));
    const rows = await database.update(updateStatement(this.#provider), values).catch(failed('update'));
    if (rows !== 1) throw wrongRows(rows);
    await database.commit().catch(failed('commit'));
  }

  async #open(): Promise<Database> {
    const { dialect, host, database, adminSecretId, ca, port = PORT[dialect] } = this.#provider;
    const { readSecret, network, longestCallMs = LONGEST_CALL_MS } = this.#deps;
    const open = await driverOf(dialect);
    const admin = await readAdminSecret(readSecret, adminSecretId, adminSecret);
    const endpoint = { host, port, security: 'tls' } as const;
    const socket = await network.connect(endpoint, () => {}, AbortSignal.timeout(longestCallMs));
    const password = new Redacted(admin.password);
    const opened = open({
      socket,
      host,
      database,
      username: admin.username,
      password,
      ca,
      silenceMs: longestCallMs / 2,
    });
    opened.catch(() => socket.destroy());
    return opened;
  }
}

/** Only a deployment with `passwordTables` bundles the drivers. */
async function driverOf(dialect: SqlProvider['dialect']) {
  try {
    if (dialect === 'postgresql') return (await import('./sql/postgresql.ts')).openPostgresql;
    return (await import('./sql/mysql.ts')).openMysql;
  } catch {
    throw new ProviderError('refused', NO_DRIVERS);
  }
}

const NO_DRIVERS =
  'this deployment cannot reach databases: set `passwordTables` in the context "keyturn" and deploy again';

function failed(phase: Phase): (error: unknown) => never {
  return (error) => {
    throw failureIn(phase, error);
  };
}
