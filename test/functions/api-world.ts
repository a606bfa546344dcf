import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { vi } from 'vitest';
import { watchMark } from '../../functions/observe/names.ts';
import { InProcessTable } from '../support/aws/dynamodb.ts';
import { InProcessIam } from '../support/aws/iam.ts';
import { InProcessSecretsManager } from '../support/aws/secrets-manager.ts';
import { functionEnvironment, type Settings } from '../support/lambda/environment.ts';

/** What a function finds in its environment, and other variables; call it before the function is imported. */
export function stubDeployment(
  changes: Partial<Settings>,
  besides: Readonly<Record<string, string>> = {},
): void {
  const environment = {
    ...functionEnvironment({ watched: watchMark('mail/ada'), ...changes }),
    ...besides,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}

/** The AWS that all clients of a test reach, and all that was logged in it. */
export interface Aws {
  readonly secrets: InProcessSecretsManager;
  readonly table: InProcessTable;
  readonly iam: InProcessIam;
  readonly logged: string[];
}

/** An empty one, but for the IAM user; the spies are gone again after the test. */
export function freshAws(iam = new InProcessIam({})): Aws {
  const secrets = new InProcessSecretsManager();
  const table = new InProcessTable();
  const logged: string[] = [];
  vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation((one) => secrets.client.send(one));
  vi.spyOn(IAMClient.prototype, 'send').mockImplementation((one) => iam.client.send(one));
  vi.spyOn(DynamoDBDocumentClient.prototype, 'send').mockImplementation((one) => table.client.send(one));
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation(
      (...parts: unknown[]) => void logged.push(parts.map(String).join(' ')),
    );
  }
  return { secrets, table, iam, logged };
}

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<unknown>;

/** A context of a function that is stopped `ms` from now. */
export function contextFor(ms: number): Context {
  const end = Date.now() + ms;
  return { awsRequestId: 'request-1', getRemainingTimeInMillis: () => end - Date.now() } as Context;
}

/** Through API Gateway: the answer's status, and its body as JSON. */
export async function call(handler: Handler, event: Partial<APIGatewayProxyEvent>, ms = 20_000) {
  const proxied = { queryStringParameters: null, pathParameters: null, ...event } as APIGatewayProxyEvent;
  const { statusCode, body } = (await handler(proxied, contextFor(ms))) as APIGatewayProxyResult;
  return { statusCode, body: JSON.parse(body) };
}
