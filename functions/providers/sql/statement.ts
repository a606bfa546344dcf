import type { SqlAdmin } from './admin.ts';

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
