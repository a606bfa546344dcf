import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type ErrorBody, response } from './api/answer.ts';
import { invoker, proveCredential, secretReader, validations } from './deployment.ts';
import { setting } from './environment.ts';
import { beginInvocation } from './observe/logger.ts';
import { metrics } from './observe/metrics.ts';
import { handles } from './observe/shown.ts';
import { type ProvingPorts, validateApart, validateOne, validateSeveral } from './validation/batch.ts';
import { type Apart, isApart } from './validation/bulkhead.ts';
import { type BatchAnswer, parseRequest, type ValidationResult } from './validation/contract.ts';

type Answer = ValidationResult | BatchAnswer | ErrorBody;

/**
 * Validates one secret or several: a request of validation/contract.ts as direct event, or as `POST /validations`. By itself:
 * several, in a process of their own, with their results as answer.
 */
export const handler = handles(handle);

async function handle(
  event: APIGatewayProxyEvent | Apart | object,
  context: Context,
): Promise<APIGatewayProxyResult | Answer | BatchAnswer['results']> {
  beginInvocation(context);
  try {
    if ('httpMethod' in event) return response(await answerTo(event.body, context));
    if (!isApart(event)) return await answerTo(event, context);
    const { secretIds, answerBy } = event.apart;
    return await validateSeveral(ports(), secretIds, answerBy);
  } finally {
    metrics.publishStoredMetrics();
  }
}

async function answerTo(input: unknown, context: Context): Promise<Answer> {
  const parsed = parseRequest(input);
  const endsAt = Date.now() + context.getRemainingTimeInMillis();
  switch (parsed.kind) {
    case 'malformed':
      return { error: 'malformed-request', message: parsed.message };
    case 'single':
      return validateOne(ports(), parsed.request, endsAt);
    case 'batch': {
      const itself = { lambda: invoker(), functionArn: context.invokedFunctionArn };
      return { results: await validateApart(ports(), parsed.secretIds, endsAt, itself) };
    }
  }
}

function ports(): ProvingPorts {
  return {
    secrets: secretReader(),
    validations: validations(),
    watched: setting('watched'),
    prove: proveCredential,
  };
}
