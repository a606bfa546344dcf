import {
  AccessLogField,
  AccessLogFormat,
  type GatewayResponseOptions,
  JsonSchemaVersion,
  type ModelOptions,
  ResponseType,
} from 'aws-cdk-lib/aws-apigateway';
import { ANSWER_HEADERS } from '../../functions/observe/names.ts';
import { requestSchema } from '../openapi/json-schema.ts';

/** The bodies of requests, by the same schemas as in the functions. */
export const validationRequest = model('ValidationRequest');
export const operationRequest = model('OperationRequest');

function model(modelName: 'ValidationRequest' | 'OperationRequest'): ModelOptions {
  const schema = { ...requestSchema(modelName), schema: JsonSchemaVersion.DRAFT4, title: modelName };
  return { modelName, contentType: 'application/json', schema };
}

/** `$context.error.messageString` comes with its quotes. */
const GATEWAY_MESSAGE = '$context.error.messageString';

/** API Gateway wants what is said as it stands in quotes. */
const GATEWAY_HEADERS = Object.fromEntries(
  Object.entries(ANSWER_HEADERS).map(([name, value]) => [name, `'${value}'`]),
);

function errorResponse(type: ResponseType, error: string, message?: string): GatewayResponseOptions {
  const body = `{"error":"${error}","message":${message ? JSON.stringify(message) : GATEWAY_MESSAGE}}`;
  return { type, templates: { 'application/json': body }, responseHeaders: GATEWAY_HEADERS };
}

/** What API Gateway refuses itself is answered in the same `{ error, message }` as what the functions refuse. */
export const gatewayResponses: Readonly<Record<string, GatewayResponseOptions>> = {
  Malformed: errorResponse(
    ResponseType.BAD_REQUEST_BODY,
    'malformed-request',
    'Expected of POST /validations JSON with secretId and optionally versionStage and versionId, or with secretIds (1 to 50, each once); of POST /operations with operation and secretId; and nothing else: see GET /openapi.json.',
  ),
  AccessDenied: errorResponse(ResponseType.ACCESS_DENIED, 'forbidden'),
  Unsigned: errorResponse(
    ResponseType.MISSING_AUTHENTICATION_TOKEN,
    'forbidden',
    'Expected a path and method of GET /openapi.json, signed with AWS Signature Version 4.',
  ),
  Throttled: errorResponse(
    ResponseType.THROTTLED,
    'throttled',
    'More than 10 requests a second; try again after a second.',
  ),
  OtherClientError: errorResponse(ResponseType.DEFAULT_4XX, 'refused'),
  ServerError: errorResponse(
    ResponseType.DEFAULT_5XX,
    'failed',
    'Expected an answer of the function, got none: its process ended, or 29 seconds were over. Its log says why; if it is so again for this one secret, look at what changed in its value and its mail server.',
  ),
};

/** Who called what, when and with what result; never a body. */
export const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    requestTime: AccessLogField.contextRequestTime(),
    method: AccessLogField.contextHttpMethod(),
    path: AccessLogField.contextResourcePath(),
    status: AccessLogField.contextStatus(),
    latencyMs: AccessLogField.contextResponseLatency(),
    caller: AccessLogField.contextIdentityUserArn(),
    sourceIp: AccessLogField.contextIdentitySourceIp(),
    error: AccessLogField.contextErrorMessage(),
  }),
);
