import {
  AccessLogField,
  AccessLogFormat,
  type GatewayResponseOptions,
  JsonSchemaType,
  JsonSchemaVersion,
  type ModelOptions,
  ResponseType,
} from 'aws-cdk-lib/aws-apigateway';

/** The body of `POST /validations` (DESIGN section 4). */
export const validationRequest: ModelOptions = {
  modelName: 'ValidationRequest',
  contentType: 'application/json',
  schema: {
    schema: JsonSchemaVersion.DRAFT4,
    title: 'ValidationRequest',
    type: JsonSchemaType.OBJECT,
    additionalProperties: false,
    required: ['secretId'],
    properties: {
      secretId: { type: JsonSchemaType.STRING, minLength: 1, maxLength: 2048 },
      versionStage: { type: JsonSchemaType.STRING, minLength: 1, maxLength: 256 },
      versionId: { type: JsonSchemaType.STRING, minLength: 32, maxLength: 64 },
    },
  },
};

/** `$context.error.messageString` comes with its quotes. */
const GATEWAY_MESSAGE = '$context.error.messageString';

function errorResponse(type: ResponseType, error: string, message?: string): GatewayResponseOptions {
  const body = `{"error":"${error}","message":${message ? JSON.stringify(message) : GATEWAY_MESSAGE}}`;
  return { type, templates: { 'application/json': body } };
}

/** What API Gateway refuses itself is answered in the same `{ error, message }` as what the functions refuse. */
export const gatewayResponses: Readonly<Record<string, GatewayResponseOptions>> = {
  Malformed: errorResponse(
    ResponseType.BAD_REQUEST_BODY,
    'malformed-request',
    'Expected JSON with secretId (1 to 2048 characters), optionally versionStage and versionId, and nothing else.',
  ),
  AccessDenied: errorResponse(ResponseType.ACCESS_DENIED, 'forbidden'),
  Unsigned: errorResponse(
    ResponseType.MISSING_AUTHENTICATION_TOKEN,
    'forbidden',
    'Expected POST /validations or GET /audits/latest, signed with AWS Signature Version 4.',
  ),
  Throttled: errorResponse(
    ResponseType.THROTTLED,
    'throttled',
    'More than 10 requests a second; try again after a second.',
  ),
  OtherClientError: errorResponse(ResponseType.DEFAULT_4XX, 'refused'),
  ServerError: errorResponse(ResponseType.DEFAULT_5XX, 'failed'),
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
