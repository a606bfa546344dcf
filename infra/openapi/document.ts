import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import { errorBody } from '../../functions/api/answer.ts';
import { auditPage } from '../../functions/api/audits.ts';
import { credentialHistory, credentialList, credentialSummary } from '../../functions/api/credentials.ts';
import { operationAnswer } from '../../functions/api/operation-state.ts';
import { operationRequest } from '../../functions/api/operations.ts';
import { auditSummary } from '../../functions/audit/report/report.ts';
import {
  batchAnswer,
  credentialState,
  endpoint,
  refusedResult,
  uniqueItems,
  validationRequest,
  validationResult,
  verdict,
} from '../../functions/validation/contract.ts';
import { answerHeaders, paths } from './paths.ts';

/** The API as an OpenAPI 3.1 document, from the schemas by which the functions answer and the gateway validates. */
export function openApiDocument() {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Keyturn',
      version: '1',
      summary: 'SMTP credentials in AWS that are proven to work.',
      description:
        'Validate SMTP credentials in AWS Secrets Manager, read what is known of them, and have them rotated, rolled back or revoked. No answer holds a secret or a mail address of a credential.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: '/prod', description: 'The host that serves this document, ApiUrl of the stack.' }],
    security: [{ sigv4: [] }],
    tags: [
      { name: 'validation', description: 'Log in, and say what that proved.' },
      { name: 'knowledge', description: 'What earlier validations and audits have shown.' },
      { name: 'operation', description: 'Have something done to a credential; recorded with who and why.' },
    ],
    paths,
    components: { schemas: componentSchemas(), headers: answerHeaders, securitySchemes: { sigv4: SIGV4 } },
  };
}

/** As API Gateway itself exports it. */
const SIGV4 = {
  type: 'apiKey',
  name: 'Authorization',
  in: 'header',
  description:
    'AWS Signature Version 4 for the service execute-api, by an identity that one of the IAM policies of the stack allows: Viewer or Validator, and for operations Operator, with MFA.',
  'x-amazon-apigateway-authtype': 'awsSigv4',
};

/** The schemas that have a name of their own in the OpenAPI document. */
const SCHEMAS = {
  ValidationRequest: validationRequest,
  ValidationResult: validationResult,
  BatchAnswer: batchAnswer,
  RefusedResult: refusedResult,
  CredentialSummary: credentialSummary,
  CredentialList: credentialList,
  CredentialHistory: credentialHistory,
  AuditSummary: auditSummary,
  AuditPage: auditPage,
  OperationRequest: operationRequest,
  Operation: operationAnswer,
  CredentialState: credentialState,
  Verdict: verdict,
  Endpoint: endpoint,
  Error: errorBody,
};

export type SchemaName = keyof typeof SCHEMAS;

/** What cannot be said in JSON Schema stops the conversion, but for these two, which say nothing or are said here. */
const COMMON: ConversionConfig = {
  typeMode: 'input',
  ignoreActions: ['readonly'],
  overrideAction: ({ valibotAction, jsonSchema }) =>
    (valibotAction as unknown) === uniqueItems ? { ...jsonSchema, uniqueItems: true } : undefined,
};

export function refTo(name: SchemaName) {
  return { $ref: `#/components/schemas/${name}` };
}

/** For OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */
export function componentSchemas(): Record<SchemaName, object> {
  return toJsonSchemaDefs(SCHEMAS, {
    ...COMMON,
    target: 'draft-2020-12',
    overrideRef: ({ referenceId }) => refTo(referenceId as SchemaName).$ref,
  });
}

/** The bodies of requests for API Gateway, which knows draft 4: none of these keywords means something else there. */
export function requestSchema(of: 'ValidationRequest' | 'OperationRequest'): object {
  const { $schema: _draft7, ...schema } = toJsonSchema(SCHEMAS[of], COMMON);
  return schema;
}
