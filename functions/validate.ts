import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { parseRequest } from './credential/request.ts';
import { SecretStore } from './credential/store.ts';
import { type ValidationOutcome, type ValidationResult, validateSecret } from './credential/validation.ts';
import { type ErrorBody, errorResponse, jsonResponse } from './http.ts';
import { ledger } from './ledger/table.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { countMetric, countProvenLogin, metrics } from './observe/metrics.ts';

/** Kept back from the function's remaining time (ms) for QUIT and for writing the result down. */
const RESERVE_MS = 3000;

const store = new SecretStore(new SecretsManagerClient());

type Answer = ValidationResult | ErrorBody;

/** Validates one secret: a direct event `{ secretId, versionStage?, versionId? }`, or `POST /validations` with it as JSON. */
export const handler = async (
  event: APIGatewayProxyEvent | object,
  context: Context,
): Promise<APIGatewayProxyResult | Answer> => {
  beginInvocation(context);
  try {
    const answer = await validate('httpMethod' in event ? event.body : event, context);
    if (!('httpMethod' in event)) return answer;
    return 'error' in answer ? errorResponse(answer) : jsonResponse(200, answer);
  } finally {
    metrics.publishStoredMetrics();
  }
};

async function validate(input: unknown, context: Context): Promise<Answer> {
  const parsed = parseRequest(input);
  if (parsed.kind === 'malformed') return { error: 'malformed-request', message: parsed.message };
  const outcome = await validateSecret(
    store,
    parsed.request,
    context.getRemainingTimeInMillis() - RESERVE_MS,
  );
  return outcome.kind === 'validated' ? record(outcome) : refusal(outcome.kind);
}

async function record({
  secretArn,
  secretName,
  current,
  result,
}: Extract<ValidationOutcome, { kind: 'validated' }>) {
  const { versionId, verdict, credential, timings } = result;
  const durationMs = timings?.totalMs ?? 0;
  logger.info('credential.validated', {
    event: 'credential.validated',
    secretArn,
    versionId,
    verdict,
    credential,
    durationMs,
  });
  countMetric('validation');
  if (current && verdict === 'valid') countProvenLogin(secretName);
  await ledger.recordValidation(secretArn, result);
  return result;
}

function refusal(kind: 'not-managed' | 'not-found'): ErrorBody {
  return kind === 'not-found'
    ? { error: 'not-found', message: 'No such secret, or no such version of it.' }
    : {
        error: 'not-managed',
        message:
          'Keyturn does not manage this secret: it lacks the tag keyturn:managed=true, or does not exist.',
      };
}
