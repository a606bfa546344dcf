import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type ErrorBody, response } from './api/answer.ts';
import { answerHistory, answerRotation } from './api/credentials.ts';
import { type AnswerPorts, answerRequest, answerState } from './api/operations.ts';
import {
  agenda,
  announcePromotion,
  attemptLogin,
  invokeLater,
  ledger,
  operations,
  providerFor,
  secretStore,
  secretsManager,
  validations,
} from './deployment.ts';
import { setting } from './environment.ts';
import type { OperationPorts } from './lifecycle/operate/ports.ts';
import { RotationControl } from './lifecycle/operate/rotation-control.ts';
import { hasSucceeded, work } from './lifecycle/operate/work.ts';
import { newPassword } from './lifecycle/rotate/password.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { handles, KeyturnError } from './observe/shown.ts';

const HOUR_MS = 60 * 60 * 1000;
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
    store: secretStore(),
    ledger: ledger(),
    operations: operations(),
    providerFor,
    now: Date.now,
    newId: randomUUID,
    worker: functionArn,
    start: (operationId) => invokeLater(functionArn, { operationId } satisfies Work),
    overlapMs: setting('overlapHours') * HOUR_MS,
    soakMs: setting('soakHours') * HOUR_MS,
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
  return {
    store: secretStore(),
    ledger: ledger(),
    agenda: agenda(),
    rotations: new RotationControl(secretsManager(), {
      functionArn: setting('rotateFunction'),
      days: setting('rotationDays'),
    }),
    providerFor,
    announce: announcePromotion,
    login: (credential, budgetMs) => attemptLogin({ credential, secretArn, budgetMs }),
    newPassword,
    now: Date.now,
    random: Math.random,
    sleep,
    remainingMs: () => context.getRemainingTimeInMillis() - RESERVE_MS,
    overlapMs: setting('overlapHours') * HOUR_MS,
    soakMs: setting('soakHours') * HOUR_MS,
  };
}
