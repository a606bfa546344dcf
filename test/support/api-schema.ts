import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { expect } from 'vitest';
import { componentSchemas, refTo, type SchemaName } from '../../infra/openapi/document.ts';

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
ajvFormats.default(ajv);
// Where OpenAPI keeps its schemas; JSON Schema itself has no such keyword.
ajv.addKeyword('components');
ajv.addSchema({ $id: 'openapi', components: { schemas: closed(componentSchemas()) } });

/** Fails unless `body` is what the API's document says, and holds nothing besides. */
export function expectAnswer(schema: SchemaName, body: unknown): void {
  const validate = ajv.getSchema(`openapi${refTo(schema).$ref}`);
  if (!validate) throw new Error(`no schema ${schema}`);
  validate(body);
  expect(validate.errors ?? [], `${schema}: ${JSON.stringify(body)}`).toEqual([]);
}

/** The document leaves room for fields of later versions; this version answers with none that it does not name. */
export function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in copy ? { ...copy, additionalProperties: false } : copy;
}
