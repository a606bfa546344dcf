import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type ErrorBody, errorResponse, jsonResponse } from './api/answer.ts';
import { isThrottling } from './aws.ts';
import { invoker, proveCredential, secretReader, validations } from './deployment.ts';
import { setting } from './environment.ts';
import { beginInvocation } from './observe/logger.ts';
import { metrics } from './observe/metrics.ts';
import { handles } from './observe/shown.ts';
import { crashed, refusalFor, THROTTLED, validateBatch } from './validation/batch.ts';
import { type Apart, answersFor, isApart } from './validation/bulkhead.ts';
import { parseRequest, type ValidationRequest } from './validation/request.ts';
import type { BatchAnswer, RefusedResult, ValidationResult } from './validation/result.ts';
import { type ValidationPorts, validate } from './validation/validation.ts';

/** Kept back from the function's remaining time (ms) for QUIT and for writing the result down. */
const RESERVE_MS = 3000;
/** The answer to a batch is given this long (ms) before the function would be stopped, whoever is still at work. */
const ANSWER_RESERVE_MS = 1000;

/** Kept back from a batch's time (ms), to validate each alone if their process gives no answer; half of it at most. */
const ALONE_MS = 8000;

type Result = ValidationResult | RefusedResult;
type Answer = ValidationResult | BatchAnswer | ErrorBody;

/**
 * Validates one secret or several: a request of validation/request.ts as direct event, or as `POST /validations`. By
 * itself: several, in a process of their own, with their results as answer.
 */
export const handler = handles(handle);

async function handle(
  event: APIGatewayProxyEvent | Apart | object,
  context: Context,
): Promise<APIGatewayProxyResult | Answer | readonly Result[]> {
  beginInvocation(context);
  try {
    if ('httpMethod' in event) {
      const answer = await answerTo(event.body, context);
      return 'error' in answer ? errorResponse(answer) : jsonResponse(200, answer);
    }
    if (isApart(event)) return await validateHere(event.apart.secretIds, event.apart.answerBy);
    return await answerTo(event, context);
  } finally {
    metrics.publishStoredMetrics();
  }
}

async function answerTo(input: unknown, context: Context): Promise<Answer> {
  const parsed = parseRequest(input);
  switch (parsed.kind) {
    case 'malformed':
      return { error: 'malformed-request', message: parsed.message };
    case 'single':
      return single(parsed.request, () => context.getRemainingTimeInMillis() - RESERVE_MS);
    case 'batch':
      return { results: await several(parsed.secretIds, context) };
  }
}

/** In a process of their own; what is left of the time is for each alone, if one of them ends it. */
function several(secretIds: readonly string[], context: Context): Promise<readonly Result[]> {
  const endsAt = Date.now() + context.getRemainingTimeInMillis();
  const answerBy = endsAt - ANSWER_RESERVE_MS;
  const aloneMs = secretIds.length > 1 ? Math.min(ALONE_MS, (answerBy - Date.now()) / 2) : 0;
  return answersFor<Result>(secretIds, {
    lambda: invoker(),
    functionArn: context.invokedFunctionArn,
    togetherBy: answerBy - aloneMs,
    aloneBy: () => answerBy,
    here: () => validateHere(secretIds, endsAt),
    crashed,
    failed: (secretId, error) => ({ secretId, ...refusalFor(secretId, error) }),
  });
}

/** `endsAt`, in milliseconds since 1970: who waits for the answer waits no longer. */
async function validateHere(secretIds: readonly string[], endsAt: number): Promise<readonly Result[]> {
  const { results } = await validateBatch({
    secretIds,
    remainingMs: () => endsAt - RESERVE_MS - Date.now(),
    answerWithinMs: endsAt - ANSWER_RESERVE_MS - Date.now(),
    proveWithin: proveCredential,
    validate: (secretId, prove) => validate(ports(), { secretId }, prove),
  });
  return results;
}

async function single(request: ValidationRequest, remainingMs: () => number): Promise<Answer> {
  try {
    return await validate(ports(), request, (credential, secretArn) =>
      proveCredential({ credential, secretArn, budgetMs: remainingMs() }),
    );
  } catch (error) {
    if (isThrottling(error)) return THROTTLED;
    throw error;
  }
}

function ports(): ValidationPorts {
  return { secrets: secretReader(), validations: validations(), watched: setting('watched') };
}
