import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { errorResponse, jsonResponse } from './api/answer.ts';
import { invokeLater } from './aws/lambda.ts';
import { attemptLogin, ledger, operations, providerFor, secretStore, secretsManager } from './deployment.ts';
import { setting } from './environment.ts';
import { type AnswerPorts, answerRequest, answerState } from './lifecycle/operate/answer.ts';
import type { OperationPorts } from './lifecycle/operate/ports.ts';
import { RotationControl } from './lifecycle/operate/rotation-control.ts';
import { hasSucceeded, work } from './lifecycle/operate/work.ts';
import { announcePromotion } from './lifecycle/rotate/announce.ts';
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

/** Behind API Gateway: `POST /operations` and `GET /operations/{operationId}`. By itself: works on an operation. */
export const handler = handles(handle);

async function handle(
  event: APIGatewayProxyEvent | Work,
  context: Context,
): Promise<APIGatewayProxyResult | undefined> {
  beginInvocation(context);
  if ('httpMethod' in event) return answer(event, context);
  await workOn(event, context);
  return undefined;
}

async function answer(event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> {
  const ports = answerPorts(context.invokedFunctionArn);
  const id = event.pathParameters?.operationId;
  const body =
    id === undefined
      ? await answerRequest(ports, event.body, event.requestContext.identity.userArn ?? 'unknown')
      : await answerState(ports, id);
  return 'error' in body ? errorResponse(body) : jsonResponse(id === undefined ? 202 : 200, body);
}

function answerPorts(functionArn: string): AnswerPorts {
  const start = (operationId: string) => invokeLater(functionArn, { operationId } satisfies Work);
  return {
    store: secretStore(),
    ledger: ledger(),
    operations: operations(),
    now: Date.now,
    newId: randomUUID,
    start,
  };
}

async function workOn({ operationId }: Work, context: Context): Promise<void> {
  const operation = await operations().find(operationId);
  if (!operation) throw new KeyturnError(`no operation ${operationId}; ask for one by POST /operations`);
  const ended = await work(portsFor(context, operation.secretArn), operations(), operation);
  if (ended === 'ended-before') return;
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
