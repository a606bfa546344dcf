import * as v from 'valibot';
import { isHost } from '../../net/endpoint.ts';
import { certificates } from '../../secrets/certificates.ts';
import { text } from '../../secrets/text.ts';
import { loginPatterns } from '../admin-scope.ts';
import { adminEndpoints } from '../admin-secret.ts';

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
  type: v.literal('sql', '"sql", as in `provider`'),
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
  endpoints: adminEndpoints,
});

export type SqlAdmin = Readonly<v.InferOutput<typeof sqlAdmin>>;
