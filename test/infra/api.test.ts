import { describe, expect, it } from 'vitest';
import { expectAnswer } from '../support/api-schema.ts';
import { named, ofType, resourcesOf } from './synthesized.ts';

const resources = resourcesOf({});

describe('the API', () => {
  const methods = ofType(resources, 'AWS::ApiGateway::Method').map(({ Properties }) => Properties);
  const stage = named(resources, 'ApiRestApiDeploymentStageprod').Properties;

  it('has the paths of its OpenAPI document, all for signed requests only', () => {
    expect(
      methods.map(({ HttpMethod, ResourceId, AuthorizationType }) => [
        HttpMethod,
        ResourceId,
        AuthorizationType,
      ]),
    ).toEqual([
      ['POST', expect.stringMatching(/^<ApiRestApivalidations/), 'AWS_IAM'],
      ['POST', expect.stringMatching(/^<ApiRestApioperations\w{8}>/), 'AWS_IAM'],
      ['GET', expect.stringMatching(/^<ApiRestApioperationsoperationId\w{8}>/), 'AWS_IAM'],
      ['GET', expect.stringMatching(/^<ApiRestApiauditslatest/), 'AWS_IAM'],
      ['GET', expect.stringMatching(/^<ApiRestApiauditsid\w{8}>/), 'AWS_IAM'],
      ['GET', expect.stringMatching(/^<ApiRestApiauditsidreport/), 'AWS_IAM'],
      ['GET', expect.stringMatching(/^<ApiRestApicredentials\w{8}>/), 'AWS_IAM'],
      ['GET', expect.stringMatching(/^<ApiRestApicredentialsid\w{8}>/), 'AWS_IAM'],
      ['GET', expect.stringMatching(/^<ApiRestApiopenapijson/), 'AWS_IAM'],
    ]);
  });

  it('hands each request over to the one function that answers it', () => {
    const answeredBy = methods.map(({ Integration }) => [
      Integration.Type,
      /function\/(.*)$|functions\/(.*)\/invocations/.exec(Integration.Uri)?.[2],
    ]);
    expect(answeredBy).toEqual([
      ['AWS_PROXY', '<ValidateFunction2E581753.Arn>'],
      ['AWS_PROXY', '<OperateFunction6F45C1C3.Arn>'],
      ['AWS_PROXY', '<OperateFunction6F45C1C3.Arn>'],
      ...Array.from({ length: 3 }, () => [
        'AWS_PROXY',
        expect.stringMatching(/^<AuditLookupFunction\w{8}\.Arn>$/),
      ]),
      ['AWS_PROXY', '<LookupFunction194FD8D8.Arn>'],
      // Of one credential it is also said whether a rotation is possible.
      ['AWS_PROXY', '<OperateFunction6F45C1C3.Arn>'],
      ['AWS_PROXY', '<LookupFunction194FD8D8.Arn>'],
    ]);
  });

  it('is regional', () => {
    expect(named(resources, 'ApiRestApi').Properties.EndpointConfiguration).toEqual({ Types: ['REGIONAL'] });
  });

  it('throttles, traces and logs errors, but never a body', () => {
    expect(stage.MethodSettings).toEqual([
      {
        HttpMethod: '*',
        ResourcePath: '/*',
        DataTraceEnabled: false,
        LoggingLevel: 'ERROR',
        ThrottlingBurstLimit: 20,
        ThrottlingRateLimit: 10,
      },
    ]);
    expect(stage.TracingEnabled).toBe(true);
  });

  it('logs who called what, as JSON, to a log group of its own', () => {
    expect(stage.AccessLogSetting.DestinationArn).toMatch(/^<ApiAccessLogs\w+\.Arn>$/);
    expect(Object.keys(JSON.parse(stage.AccessLogSetting.Format))).toEqual(
      expect.arrayContaining(['requestId', 'requestTime', 'method', 'path', 'status', 'caller', 'sourceIp']),
    );
    expect(stage.AccessLogSetting.Format).not.toMatch(/\$input|body/i);
  });

  it('has the log group of its executions made before the stage writes to it', () => {
    const logs = named(resources, 'ApiExecutionLogs');
    expect(logs.Properties.LogGroupName).toBe('API-Gateway-Execution-Logs_<ApiRestApiE35FEAFE>/prod');
    const dependencies = named(resources, 'ApiRestApiDeploymentStageprod').DependsOn ?? [];
    expect(dependencies.map((id) => resources[id])).toContain(logs);
  });
});

describe('request validation', () => {
  const [post] = ofType(resources, 'AWS::ApiGateway::Method').map(({ Properties }) => Properties);

  it('looks at the body whatever its content type', () => {
    expect(named(resources, 'ApiRestApiValidator').Properties.ValidateRequestBody).toBe(true);
    expect(post.RequestValidatorId).toMatch(/^<ApiRestApiValidator/);
    expect(post.RequestModels).toEqual({ $default: expect.stringMatching(/^<ApiRestApiValidationRequest/) });
  });
});

describe('what the gateway itself refuses', () => {
  const responses = ofType(resources, 'AWS::ApiGateway::GatewayResponse').map(({ Properties }) => Properties);

  /** As API Gateway does: the variable stands for a quoted string. */
  const bodyOf = (type: string) => {
    const template: string = responses.find(({ ResponseType }) => ResponseType === type)?.ResponseTemplates[
      'application/json'
    ];
    return JSON.parse(template.replace('$context.error.messageString', '"from the gateway"'));
  };

  it('comes with the headers of every other answer', () => {
    expect(responses.map(({ ResponseParameters }) => ResponseParameters)).toEqual(
      responses.map(() => ({
        'gatewayresponse.header.cache-control': "'no-store'",
        'gatewayresponse.header.strict-transport-security': "'max-age=63072000; includeSubDomains'",
        'gatewayresponse.header.x-content-type-options': "'nosniff'",
      })),
    );
  });

  it.each([
    ['BAD_REQUEST_BODY', 'malformed-request'],
    ['ACCESS_DENIED', 'forbidden'],
    ['MISSING_AUTHENTICATION_TOKEN', 'forbidden'],
    ['THROTTLED', 'throttled'],
    ['DEFAULT_4XX', 'refused'],
    ['DEFAULT_5XX', 'failed'],
  ])('is answered as error and message: %s', (type, error) => {
    expectAnswer('Error', bodyOf(type));
    expect(bodyOf(type)).toEqual({ error, message: expect.stringMatching(/.{10,}/) });
  });
});
