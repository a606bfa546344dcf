import type * as v from 'valibot';
import { credentialSchema } from '../../../../../functions/providers/secret.ts';

/** What valibot's schemas have, by kind of schema. */
interface Schema {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly wrapped?: Schema;
  readonly item?: Schema;
  readonly items?: readonly Schema[];
  readonly options?: readonly (Schema | string)[];
}

/** Paths of all fields below a schema; `*` stands for each place of a list. */
function fieldsBelow(schema: Schema, path: string): readonly string[] {
  if (schema.wrapped) return fieldsBelow(schema.wrapped, path);
  if (schema.entries)
    return Object.entries(schema.entries).flatMap(([name, one]) => fieldsBelow(one, join(path, name)));
  if (schema.item) return [path, ...fieldsBelow(schema.item, join(path, '*'))];
  if (schema.items) return [path, ...schema.items.flatMap((one) => fieldsBelow(one, join(path, '*')))];
  const options = (schema.options ?? []).filter((one) => typeof one === 'object');
  const isStructured = options.some(({ entries, item, items }) => entries ?? item ?? items);
  return isStructured ? options.flatMap((one) => fieldsBelow(one, path)) : [path];
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

const entries = credentialSchema.entries as unknown as Readonly<Record<string, Schema>>;
const { provider, ...own } = entries;

/** Of every secret, whoever its provider is. */
export const COMMON_FIELDS: readonly string[] = [
  ...new Set(Object.entries(own).flatMap(([name, schema]) => fieldsBelow(schema, name))),
];

const providers = (provider?.wrapped?.options ?? []) as readonly Schema[];

/** Of each provider's own part, by its `type`. */
export const PROVIDER_FIELDS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  providers.map((schema) => {
    const { type } = schema.entries as unknown as { type: v.LiteralSchema<string, undefined> };
    return [type.literal, [...new Set(fieldsBelow(schema, 'provider'))]];
  }),
);
