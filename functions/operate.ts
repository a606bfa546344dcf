import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type ErrorBody, response } from './api/answer.ts';
import { answerHistory, answerRotation } from './api/credentials.ts';
import { type AnswerPorts, answerRequest, answerState } from './api/operations.ts';
import {
  announcePromotion,
  invokeLater,
  lifecycle,
  loginFor,
  operations,
  secretsManager,
  validations,
} from './deployment.ts';
import { setting } from './environment.ts';
import type { OperationPorts } from './lifecycle/operate/operation.ts';
import { hasSucceeded, work } from './lifecycle/operate/work.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { handles, KeyturnError } from './observe/shown.ts';
import { RotationControl } from './secrets/store.ts';

/** Kept back from the function's remaining time (ms). */
const RESERVE_MS = 5000;

/** What an invocation of this function by itself is about; who asked for it, and why, stands in the table. */
export interface Work {
  readonly operationId: string;
}

/**
 * Behind API Gateway: `POST /operations`, `GET /operations/{operationId}`, and `GET /credentials/{id}`, which says like them
 * whether a rotation is possible. By itself: works on an operation.
 */
export const handler = handles(handle);

async function handle(
  event: APIGatewayProxyEvent | Work,
  context: Context,
): Promise<APIGatewayProxyResult | undefined> {
  beginInvocation(context);
  if (!('httpMethod' in event)) {
    await workOn(event, context);
    return undefined;
  }
  const body = await answer(event, answerPorts(context.invokedFunctionArn));
  return response(body, event.httpMethod === 'POST' ? 202 : 200);
}

function answer(
  { pathParameters, queryStringParameters, body, requestContext }: APIGatewayProxyEvent,
  ports: AnswerPorts,
): Promise<object | ErrorBody> {
  const { operationId, id } = pathParameters ?? {};
  if (operationId !== undefined) return answerState(ports, operationId);
  if (id === undefined) return answerRequest(ports, body, requestContext.identity.userArn ?? 'unknown');
  const rotationOf = (secretArn: string) => answerRotation(ports, secretArn);
  const history = { validations: validations(), rotationOf };
  return answerHistory(history, id, queryStringParameters, Date.now());
}

function answerPorts(functionArn: string): AnswerPorts {
  return {
    ...lifecycle(),
    rotateFunction: setting('rotateFunction'),
    operations: operations(),
    worker: functionArn,
    start: (operationId) => invokeLater(functionArn, { operationId } satisfies Work),
  };
}

async function workOn({ operationId }: Work, context: Context): Promise<void> {
  const operation = await operations().find(operationId);
  if (!operation) throw new KeyturnError(`no operation ${operationId}; ask for one by POST /operations`);
  const ended = await work(portsFor(context, operation.secretArn), operations(), operation);
  if (ended === 'ended-before' || ended.kind === 'waiting') return;
  const { result, message } = ended;
  const { secretArn, operation: name } = operation;
  const line = {
    event: 'operation.finished',
    operation: name,
    operationId,
    secretArn,
    result,
    detail: message,
  };
  logger[hasSucceeded(ended) ? 'info' : 'error']('operation.finished', {
    ...line,
    durationMs: Date.now() - operation.requestedAt,
  });
}

function portsFor(context: Context, secretArn: string): OperationPorts {
  const rotateFunction = setting('rotateFunction');
  const rotations = { functionArn: rotateFunction, days: setting('rotationDays') };
  return {
    ...lifecycle(),
    rotateFunction,
    rotations: new RotationControl(secretsManager(), rotations),
    announce: announcePromotion,
    login: loginFor(secretArn),
    remainingMs: () => context.getRemainingTimeInMillis() - RESERVE_MS,
  };
}
