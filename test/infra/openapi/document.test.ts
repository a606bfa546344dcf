import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApiDocument, type SchemaName } from '../../../infra/openapi/document.ts';
import { expectAnswer } from '../../support/api-schema.ts';
import { ofType, resourcesOf } from '../synthesized.ts';

const FILE = join(import.meta.dirname, '../../../docs/openapi.json');

/** As JSON, which is how it is served. */
const document = JSON.parse(JSON.stringify(openApiDocument())) as Document;

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Operation {
  readonly operationId: string;
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

interface Body {
  readonly content: {
    readonly 'application/json': {
      readonly schema: { readonly $ref?: string; readonly anyOf?: readonly { readonly $ref: string }[] };
      readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
    };
  };
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

const bodies = operations.flatMap(({ operation }) =>
  [
    ...Object.entries(operation.responses),
    ...(operation.requestBody ? [['request', operation.requestBody] as const] : []),
  ].map(([of, body]) => ({ name: `${operation.operationId} ${of}`, ...body.content['application/json'] })),
);

describe('the OpenAPI document', () => {
  it('is the file that GET /openapi.json answers; `npm test -- --update` writes it anew', async () => {
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(FILE);
  });

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(JSON.parse(JSON.stringify(document)))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every path and method of the gateway, and no other', () => {
    const resources = resourcesOf({});
    const segments = Object.fromEntries(
      Object.entries(resources)
        .filter(([, { Type }]) => Type === 'AWS::ApiGateway::Resource')
        .map(([id, { Properties }]) => [`<${id}>`, Properties]),
    );
    const pathOf = (id: string): string =>
      segments[id] ? `${pathOf(segments[id].ParentId)}/${segments[id].PathPart}` : '';
    const methods = ofType(resources, 'AWS::ApiGateway::Method').map(
      ({ Properties }) =>
        `${Properties.HttpMethod.toLowerCase()} ${pathOf(Properties.ResourceId).replace('+}', '}')}`,
    );
    expect(operations.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(methods.toSorted());
  });

  it('names every schema that it has, and says of every answer what its body is', () => {
    const named = new Set(JSON.stringify(document).match(/(?<="#\/components\/schemas\/)\w+/g));
    expect([...named].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted());
    for (const { operation } of operations) {
      const answers = Object.keys(operation.responses);
      expect(answers).toEqual(expect.arrayContaining(['403', '429', 'default']));
      expect(answers.filter((status) => /^[23]/.test(status))).toHaveLength(1);
    }
  });

  it.each(bodies.filter(({ examples }) => examples))('gives examples that are true: $name', (body) => {
    const { $ref, anyOf = [] } = body.schema;
    const schemas = [$ref, ...anyOf.map((one) => one.$ref)].flatMap((ref) => ref?.split('/').at(-1) ?? []);
    for (const { value } of Object.values(body.examples ?? {})) {
      const errors = schemas.map((name) => failureOf(() => expectAnswer(name as SchemaName, value)));
      expect(
        errors.filter((error) => error === null),
        String(errors),
      ).not.toEqual([]);
    }
  });
});

function failureOf(check: () => void): unknown {
  try {
    check();
    return null;
  } catch (error) {
    return error;
  }
}
