import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSecret } from '../../../../../functions/credential/schema.ts';
import { updateStatement } from '../../../../../functions/rotation/providers/sql/statement.ts';

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
  const provider = {
    type: 'sql',
    dialect: 'postgresql',
    host: 'db.example.com',
    database: 'mail',
    ...place,
    logins: ['orders-a', 'orders-b'],
    adminSecretId: 'keyturn/database',
  };
  const parse = (changes: object) =>
    parseSecret(
      JSON.stringify({ host: 'smtp.example.com', port: 465, provider: { ...provider, ...changes } }),
    );

  test('may name one login, or two', () => {
    expect(parse({})).toMatchObject({ kind: 'seed', provider });
    expect(parse({ logins: ['orders'] })).toMatchObject({ kind: 'seed' });
  });

  test.each([
    ['dialect', { dialect: 'oracle' }],
    ['host', { host: 'db.example.com:5432' }],
    ['port', { port: 0 }],
    ['table', { table: 'users; DROP TABLE users' }],
    ['table', { table: 'mail.users' }],
    ['loginColumn', { loginColumn: 'a"b' }],
    ['passwordColumn', { passwordColumn: '' }],
    ['logins', { logins: [] }],
    ['logins', { logins: ['a', 'b', 'c'] }],
    ['ca', { ca: 'not PEM' }],
    ['adminSecretId', { adminSecretId: undefined }],
  ])('is malformed at %s with %j', (field, changes) => {
    expect(parse(changes)).toMatchObject({ kind: 'malformed', path: `$.provider.${field}` });
  });
});
