import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  type GatewayResponseOptions,
  type IResource,
  JsonSchemaVersion,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type ModelOptions,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ANSWER_HEADERS } from '../../functions/observe/names.ts';
import { requestSchema } from '../openapi/document.ts';
import type { Deployment } from './permissions.ts';

const STAGE = 'prod';

export interface ApiProps extends Deployment {
  readonly validate: IFunction;
  readonly credentials: IFunction;
  readonly audits: IFunction;
  readonly operate: IFunction;
}

/** The paths of docs/openapi.json, for callers who sign with IAM credentials (SigV4). */
export class Api extends Construct {
  readonly restApi: RestApi;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    this.restApi = this.createRestApi(props);
    this.keepExecutionLogs(props);
    this.addMethods(props);
    for (const [name, options] of Object.entries(gatewayResponses)) {
      this.restApi.addGatewayResponse(name, options);
    }
  }

  private createRestApi({ storage, config }: ApiProps): RestApi {
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      encryptionKey: storage.key,
      retention: config.logRetentionDays,
    });
    const api = new RestApi(this, 'RestApi', {
      description: 'Keyturn: validate SMTP credentials, read what is known of them, act on them',
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: true,
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      deployOptions: {
        stageName: STAGE,
        throttlingRateLimit: 10,
        throttlingBurstLimit: 20,
        tracingEnabled: true,
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat,
      },
    });
    // The stack has outputs of its own.
    api.node.tryRemoveChild('Endpoint');
    return api;
  }

  /** API Gateway would create this log group itself, unencrypted and kept for ever. */
  private keepExecutionLogs({ storage, config }: ApiProps): void {
    const { restApi } = this;
    const logs = new LogGroup(this, 'ExecutionLogs', {
      logGroupName: `API-Gateway-Execution-Logs_${restApi.restApiId}/${STAGE}`,
      encryptionKey: storage.key,
      retention: config.logRetentionDays,
    });
    restApi.deploymentStage.node.addDependency(logs);
  }

  private addMethods({ validate, credentials, audits, operate }: ApiProps): void {
    const requestValidator = this.restApi.addRequestValidator('Validator', {
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    const { root } = this.restApi;
    const post = (resource: IResource, fn: IFunction, model: ModelOptions) =>
      resource.addMethod('POST', invoke(fn), {
        requestValidator,
        // By any content type, or a body sent as text/plain would pass unseen.
        requestModels: { $default: this.restApi.addModel(model.modelName ?? '', model) },
      });
    post(root.addResource('validations'), validate, validationRequest);
    const operations = root.addResource('operations');
    post(operations, operate, operationRequest);
    const get = (resource: IResource, fn: IFunction) =>
      resource.addMethod('GET', invoke(fn), { requestValidator });
    const runs = root.addResource('audits');
    get(runs.addResource('latest'), audits);
    const run = runs.addResource('{id}');
    get(run, audits);
    get(run.addResource('report'), audits);
    const list = root.addResource('credentials');
    get(list, credentials);
    // With a plus, since the names of most secrets have slashes in them.
    get(list.addResource('{id+}'), operate);
    get(root.addResource('openapi.json'), credentials);
    get(operations.addResource('{operationId}'), operate);
  }
}

function invoke(fn: IFunction): LambdaIntegration {
  return new LambdaIntegration(fn, { allowTestInvoke: false });
}

/** The bodies of requests, by the same schemas as in the functions. */
const validationRequest = model('ValidationRequest');
const operationRequest = model('OperationRequest');

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
const gatewayResponses: Readonly<Record<string, GatewayResponseOptions>> = {
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
const accessLogFormat = AccessLogFormat.custom(
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
