import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { isHost } from '../net/endpoint.ts';
import type { Network } from '../net/network.ts';
import { text } from '../secrets/credential.ts';
import { certificates } from '../secrets/endpoint.ts';
import { Redacted } from '../secrets/redacted.ts';
import { adminFields, administrator, adminSecretId, type ReadAdmin } from './admin-secret.ts';
import { AllowedLogins, loginPatterns, oneOrTwoLogins } from './allowed-logins.ts';
import { LONGEST_CALL_MS, ProviderError } from './provider.ts';
import { type Database, failureIn, type Phase, wrongRows } from './sql/database.ts';

/**
 * A password table that Dovecot reads (and Postfix through Dovecot): `logins` are values of its login column, each in one
 * row. Where it is, the secret `adminSecretId` says: who writes this one may not choose it.
 */
export const sqlSchema = v.object({
  type: v.literal('sql'),
  logins: oneOrTwoLogins,
  adminSecretId,
});

export type SqlProvider = Readonly<v.InferOutput<typeof sqlSchema>>;

/** As the catalogue spells it: it is quoted, so PostgreSQL tells upper from lower case. */
const identifier = v.pipe(
  v.string('a name'),
  v.regex(/^[A-Za-z_][A-Za-z0-9_$-]{0,62}$/, 'a name of letters, digits, "_", "-" and "$"'),
);

/**
 * A database user that may UPDATE `passwordColumn` and SELECT `loginColumn` of the one table, and where it logs in. `ca`: PEM
 * certificates trusted for the database instead of the public ones.
 */
export const sqlAdmin = v.object({
  ...adminFields('sql'),
  username: text(128),
  password: text(1024),
  dialect: v.picklist(['postgresql', 'mysql'], '`postgresql` or `mysql`'),
  host: v.pipe(v.string('a host name'), v.check(isHost, 'a host name')),
  port: v.exactOptional(
    v.pipe(v.number('a port'), v.integer('a port'), v.minValue(1, 'a port'), v.maxValue(65535, 'a port')),
  ),
  ca: v.exactOptional(certificates),
  database: text(63),
  schema: v.exactOptional(identifier),
  table: identifier,
  loginColumn: identifier,
  passwordColumn: identifier,
  logins: loginPatterns,
});

export type SqlAdmin = Readonly<v.InferOutput<typeof sqlAdmin>>;

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

type Dialect = SqlAdmin['dialect'];
type Place = Pick<SqlAdmin, 'dialect' | 'schema' | 'table' | 'loginColumn' | 'passwordColumn'>;

const QUOTE: Readonly<Record<Dialect, string>> = { postgresql: '"', mysql: '`' };
/** First the new value, then the login. */
const PLACEHOLDERS: Readonly<Record<Dialect, readonly [string, string]>> = {
  postgresql: ['$1', '$2'],
  mysql: ['?', '?'],
};

/** The one statement that changes a password; only names are put into it, values go apart from it. */
export function updateStatement({ dialect, schema, table, loginColumn, passwordColumn }: Place): string {
  const name = (identifier: string) => quote(dialect, identifier);
  const [value, login] = PLACEHOLDERS[dialect];
  const target = schema === undefined ? name(table) : `${name(schema)}.${name(table)}`;
  return `UPDATE ${target} SET ${name(passwordColumn)} = ${value} WHERE ${name(loginColumn)} = ${login}`;
}

/** A quote inside a name is doubled (PostgreSQL section 4.1.1, MySQL section 11.2). */
function quote(dialect: Dialect, identifier: string): string {
  const mark = QUOTE[dialect];
  return `${mark}${identifier.replaceAll(mark, mark + mark)}${mark}`;
}

/** RFC 7677 section 4 asks for no less. More protects guessable passwords; ours has 256 random bits. */
const ITERATIONS = 4096;
const KEY_BYTES = 32;
const deriveKey = promisify(pbkdf2);

/**
 * What Dovecot (2.3.10 and later) keeps of a password under `{SCRAM-SHA-256}`: iterations, salt, StoredKey, ServerKey of
 * RFC 5802 section 3. It takes a login by SCRAM-SHA-256, PLAIN and LOGIN, and gives none of them to who reads the table;
 * the crypt(3) schemes take PLAIN and LOGIN only. `password` must be ASCII, which SASLprep leaves as it is.
 */
export async function scramRecord(password: Redacted, salt: Buffer): Promise<string> {
  const salted = await deriveKey(password.reveal(), salt, ITERATIONS, KEY_BYTES, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `{SCRAM-SHA-256}${ITERATIONS},${salt.toString('base64')},${storedKey},${serverKey}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
