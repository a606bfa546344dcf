import { LONGEST_CALL_MS } from '../lifecycle/lease.ts';
import type { Network } from '../net/network.ts';
import { Redacted } from '../secrets/redacted.ts';
import { administrator, type ReadAdmin } from './admin-secret.ts';
import { AllowedLogins } from './allowed-logins.ts';
import { ProviderError } from './provider-error.ts';
import { type SqlAdmin, sqlAdmin } from './sql/admin.ts';
import type { Database } from './sql/database.ts';
import { failureIn, type Phase, wrongRows } from './sql/failure.ts';
import { scramRecord } from './sql/scram-record.ts';
import { updateStatement } from './sql/statement.ts';
import type { SqlProvider } from './sql-schema.ts';

const PORT = { postgresql: 5432, mysql: 3306 } as const;
const SALT_BYTES = 16;

export interface SqlDeps {
  readonly readAdmin: ReadAdmin;
  /** What may be dialled: a database of a private network only when its address is allowed. */
  readonly network: Network;
  readonly randomBytes: (size: number) => Buffer;
  /** Instead of 12 seconds. */
  readonly longestCallMs?: number;
}

/** The password table of a Dovecot. One row is changed in one transaction, or none. */
export class PasswordTable extends AllowedLogins<SqlAdmin> {
  readonly passwordLimit = null;
  readonly #deps: SqlDeps;

  constructor({ logins, adminSecretId }: SqlProvider, deps: SqlDeps) {
    super(logins, administrator(deps.readAdmin, adminSecretId, sqlAdmin));
    this.#deps = deps;
  }

  protected async change(admin: SqlAdmin, login: string, password: Redacted): Promise<void> {
    const record = await scramRecord(password, this.#deps.randomBytes(SALT_BYTES));
    const database = await this.#open(admin).catch(failed('log in'));
    try {
      await changeRow(database, updateStatement(admin), [record, login]);
    } finally {
      await database.close();
    }
  }

  async #open({ dialect, host, database, ca, username, ...admin }: SqlAdmin): Promise<Database> {
    const { network, longestCallMs = LONGEST_CALL_MS } = this.#deps;
    const open = await driverOf(dialect);
    const endpoint = { host, port: admin.port ?? PORT[dialect], security: 'tls' } as const;
    const socket = await network.connect(endpoint, () => {}, AbortSignal.timeout(longestCallMs));
    const password = new Redacted(admin.password);
    const opened = open({
      socket,
      host,
      database,
      username,
      password,
      ca,
      silenceMs: longestCallMs / 2,
    });
    opened.catch(() => socket.destroy());
    return opened;
  }
}

async function changeRow(database: Database, statement: string, values: readonly string[]): Promise<void> {
  await database.begin().catch(failed('log in'));
  const rows = await database.update(statement, values).catch(failed('update'));
  if (rows !== 1) throw wrongRows(rows);
  await database.commit().catch(failed('commit'));
}

/** Only a deployment with `passwordTables` bundles the drivers. */
async function driverOf(dialect: SqlAdmin['dialect']) {
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
