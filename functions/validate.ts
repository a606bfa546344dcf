import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { ErrorBody } from './api/error-body.ts';
import { parseRequest, type ValidationRequest } from './api/validation-request.ts';
import type { BatchAnswer, ValidationResult } from './api/validation-result.ts';
import { SecretsManager } from './aws/secrets-manager.ts';
import { proveCredential } from './budget/deployed.ts';
import { THROTTLED, validateBatch } from './credential/batch.ts';
import { validateAndRecord } from './credential/recorded-validation.ts';
import { SecretReader } from './credential/secret-reader.ts';
import { isThrottling } from './credential/throttling.ts';
import { errorResponse, jsonResponse } from './http.ts';
import { beginInvocation } from './observe/logger.ts';
import { metrics } from './observe/metrics.ts';
import { handles } from './observe/shown.ts';

/** Kept back from the function's remaining time (ms) for QUIT and for writing the result down. */
const RESERVE_MS = 3000;
/** The answer to a batch is given this long (ms) before the function would be stopped, whoever is still at work. */
const ANSWER_RESERVE_MS = 1000;

const store = new SecretReader(new SecretsManager());

type Answer = ValidationResult | BatchAnswer | ErrorBody;

/** Validates one secret or several: a request of api/validation-request.ts as direct event, or as `POST /validations`. */
export const handler = handles(handle);

async function handle(
  event: APIGatewayProxyEvent | object,
  context: Context,
): Promise<APIGatewayProxyResult | Answer> {
  beginInvocation(context);
  try {
    const answer = await answerTo('httpMethod' in event ? event.body : event, context);
    if (!('httpMethod' in event)) return answer;
    return 'error' in answer ? errorResponse(answer) : jsonResponse(200, answer);
  } finally {
    metrics.publishStoredMetrics();
  }
}

async function answerTo(input: unknown, context: Context): Promise<Answer> {
  const parsed = parseRequest(input);
  const remainingMs = () => context.getRemainingTimeInMillis() - RESERVE_MS;
  switch (parsed.kind) {
    case 'malformed':
      return { error: 'malformed-request', message: parsed.message };
    case 'single':
      return single(parsed.request, remainingMs);
    case 'batch':
      return validateBatch({
        secretIds: parsed.secretIds,
        remainingMs,
        answerWithinMs: context.getRemainingTimeInMillis() - ANSWER_RESERVE_MS,
        proveWithin: proveCredential,
        validate: (secretId, prove) => validateAndRecord(store, { secretId }, prove),
      });
  }
}

async function single(request: ValidationRequest, remainingMs: () => number): Promise<Answer> {
  try {
    return await validateAndRecord(store, request, (credential, secretArn) =>
      proveCredential({ credential, secretArn, budgetMs: remainingMs() }),
    );
  } catch (error) {
    if (isThrottling(error)) return THROTTLED;
    throw error;
  }
}
