import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { parseSecret } from '../../../functions/providers/secret.ts';
import { type SqlAdmin, scramRecord, sqlAdmin, updateStatement } from '../../../functions/providers/sql.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';

const place = { table: 'users', loginColumn: 'login', passwordColumn: 'password' } as const;

describe('the statement that changes a password', () => {
  test.each([
    ['postgresql', 'UPDATE "users" SET "password" = $1 WHERE "login" = $2'],
    ['mysql', 'UPDATE `users` SET `password` = ? WHERE `login` = ?'],
  ] as const)('is fixed in %s: %s', (dialect, statement) => {
    expect(updateStatement({ dialect, ...place })).toBe(statement);
  });

  test.each([
    ['postgresql', 'UPDATE "mail"."users" SET "password" = $1 WHERE "login" = $2'],
    ['mysql', 'UPDATE `mail`.`users` SET `password` = ? WHERE `login` = ?'],
  ] as const)('names the schema in %s', (dialect, statement) => {
    expect(updateStatement({ dialect, schema: 'mail', ...place })).toBe(statement);
  });

  test.each([
    ['postgresql', '"'],
    ['mysql', '`'],
  ] as const)('holds every name of %s inside its quotes, whatever is in it', (dialect, mark) => {
    const names = fc.string({ unit: fc.constantFrom(mark, "'", ';', '-', ' ', 'a', '\\'), minLength: 1 });
    fc.assert(
      fc.property(names, names, names, (table, loginColumn, passwordColumn) => {
        const statement = updateStatement({ dialect, table, loginColumn, passwordColumn });
        const quoted = new RegExp(`${mark}(?:[^${mark}]|${mark}${mark})*${mark}`, 'g');
        const read = [...statement.matchAll(quoted)].map(([name]) =>
          name.slice(1, -1).replaceAll(mark + mark, mark),
        );
        expect(read).toEqual([table, passwordColumn, loginColumn]);
        expect(statement.replace(quoted, '_')).toMatch(/^UPDATE _ SET _ = (\$1|\?) WHERE _ = (\$2|\?)$/);
      }),
    );
  });
});

describe('a secret of the provider sql', () => {
  const parse = (provider: object) =>
    parseSecret(
      JSON.stringify({ host: 'smtp.example.com', port: 465, provider: { type: 'sql', ...provider } }),
    );
  const provider = { logins: ['orders-a', 'orders-b'], adminSecretId: 'keyturn/database' };

  test('names one login, or two, and whose administrator sets them', () => {
    expect(parse(provider)).toMatchObject({ kind: 'seed', provider });
    expect(parse({ ...provider, logins: ['orders'] })).toMatchObject({ kind: 'seed' });
  });

  test('names no place: what it says of one is not looked at', () => {
    const evil = { host: 'evil.example.com', table: 'accounts', ca: 'mine', passwordColumn: 'role' };
    const parsed = parse({ ...provider, ...evil });
    expect(parsed.kind === 'seed' && parsed.provider).toEqual({ type: 'sql', ...provider });
  });

  test.each([
    ['logins', { logins: [] }],
    ['logins', { logins: ['a', 'b', 'c'] }],
    ['adminSecretId', { adminSecretId: undefined }],
  ])('is malformed at %s with %j', (field, changes) => {
    expect(parse({ ...provider, ...changes })).toMatchObject({
      kind: 'malformed',
      path: `$.provider.${field}`,
    });
  });
});

describe('the admin secret of the provider sql', () => {
  const login = { username: 'keyturn', password: 'secret' };
  const admin = {
    ...{ type: 'sql', ...login, dialect: 'postgresql', host: 'db.example.com', database: 'mail' },
    ...{ ...place, logins: ['*-a', '*-b'] },
  };

  test('names the database and the table', () => {
    expect(v.safeParse(sqlAdmin, admin)).toMatchObject({ success: true, output: admin });
  });

  test.each([
    ['type', { type: 'mailgun' }],
    ['dialect', { dialect: 'oracle' }],
    ['host', { host: 'db.example.com:5432' }],
    ['port', { port: 0 }],
    ['table', { table: 'users; DROP TABLE users' }],
    ['table', { table: 'mail.users' }],
    ['loginColumn', { loginColumn: 'a"b' }],
    ['passwordColumn', { passwordColumn: '' }],
    ['logins', { logins: [] }],
    ['logins.0', { logins: ['*-*'] }],
    ['ca', { ca: 'not PEM' }],
    ['endpoints.0.port', { endpoints: [{ host: 'smtp.example.com', port: 70000 }] }],
  ])('is of no use at %s with %j', (field, changes) => {
    const { issues = [] } = v.safeParse(sqlAdmin, { ...admin, ...changes });
    expect(issues[0] && v.getDotPath(issues[0])).toBe(field);
  });

  test('an endpoint in it is what one of a secret is', () => {
    const { output } = v.safeParse(sqlAdmin, {
      ...admin,
      endpoints: [
        { host: 'smtp.example.com', port: 465 },
        { host: 'smtp.example.com', port: 587 },
      ],
    });
    expect((output as SqlAdmin).endpoints).toEqual([
      { host: 'smtp.example.com', port: 465, security: 'tls' },
      { host: 'smtp.example.com', port: 587, security: 'starttls' },
    ]);
  });
});

test.each([
  // Dovecot 2.3.19, `doveadm pw -s SCRAM-SHA-256`.
  [
    'x',
    'y7pcBH8ahe2sr3V3DNJ8YQ==',
    'j5jJjX7OEeMcBknyABF9gMyKG+q0Xq7bY3qCHP7o0qc=',
    '6Diyn3Q2kfyDsbQbAynuN0TJeEGptveo4BnyZPDMwvw=',
  ],
  // RFC 7677 section 3, keys as PostgreSQL and others derive them.
  [
    'pencil',
    'W22ZaJ0SNY7soEsUEjb6gQ==',
    'WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=',
    'wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  ],
])('what is stored for %j is what Dovecot stores', async (password, salt, storedKey, serverKey) => {
  const record = await scramRecord(new Redacted(password), Buffer.from(salt, 'base64'));
  expect(record).toBe(`{SCRAM-SHA-256}4096,${salt},${storedKey},${serverKey}`);
});
