import * as v from 'valibot';
import { certificates } from '../../credential/certificates.ts';
import { adminSecretId, text } from '../../credential/text.ts';
import { isHost } from '../../smtp/network/host-name.ts';

/** As the catalogue spells it: it is quoted, so PostgreSQL tells upper from lower case. */
const identifier = v.pipe(
  v.string('a name'),
  v.regex(/^[A-Za-z_][A-Za-z0-9_$-]{0,62}$/, 'a name of letters, digits, "_", "-" and "$"'),
);

const logins = v.union(
  [v.strictTuple([text(254)]), v.strictTuple([text(254), text(254)])],
  'one login, or two that take turns',
);

/**
 * A password table that Dovecot reads (and Postfix through Dovecot): `logins` are values of `loginColumn`, each in one
 * row. The secret `adminSecretId` holds `{ "username": ..., "password": ... }` of a database user that may UPDATE
 * `passwordColumn` and SELECT `loginColumn`. `ca`: PEM certificates trusted for the database instead of the public ones.
 */
export const sqlSchema = v.object({
  type: v.literal('sql'),
  dialect: v.picklist(['postgresql', 'mysql'], '`postgresql` or `mysql`'),
  host: v.pipe(v.string('a host name'), v.check(isHost, 'a host name')),
  port: v.exactOptional(
    v.pipe(v.number('a port'), v.integer('a port'), v.minValue(1, 'a port'), v.maxValue(65535, 'a port')),
  ),
  database: text(63),
  schema: v.exactOptional(identifier),
  table: identifier,
  loginColumn: identifier,
  passwordColumn: identifier,
  logins,
  adminSecretId,
  ca: v.exactOptional(certificates),
});

export type SqlProvider = Readonly<v.InferOutput<typeof sqlSchema>>;
