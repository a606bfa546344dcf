import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import { errorBody } from '../../functions/api/answer.ts';
import { auditPage } from '../../functions/api/audits.ts';
import { credentialHistory, credentialList, credentialSummary } from '../../functions/api/credentials.ts';
import { operationAnswer } from '../../functions/api/operation-answer.ts';
import { operationRequest } from '../../functions/api/operation-request.ts';
import { auditSummary } from '../../functions/audit/report/summary.ts';
import { uniqueItems, validationRequest } from '../../functions/validation/validation-request.ts';
import {
  batchAnswer,
  credentialState,
  endpoint,
  refusedResult,
  validationResult,
  verdict,
} from '../../functions/validation/validation-result.ts';

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
