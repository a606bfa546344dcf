import {
  AuthorizationType,
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type ModelOptions,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { accessLogFormat, gatewayResponses, operationRequest, validationRequest } from './api-contract.ts';
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
    get(list.addResource('{id+}'), credentials);
    get(root.addResource('openapi.json'), credentials);
    get(operations.addResource('{operationId}'), operate);
  }
}

function invoke(fn: IFunction): LambdaIntegration {
  return new LambdaIntegration(fn, { allowTestInvoke: false });
}
