import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { errorResponse, jsonResponse } from './api/answer.ts';
import { answerAudit, answerLatest, answerPage } from './api/audits.ts';
import { reportBucket } from './deployment.ts';
import { beginInvocation } from './observe/logger.ts';
import { handles } from './observe/shown.ts';

/** Behind API Gateway: `GET /audits/latest`, `GET /audits/{id}` and `GET /audits/{id}/report`. Reads reports only. */
export const handler = handles(handle);

async function handle(
  { resource, pathParameters, queryStringParameters }: APIGatewayProxyEvent,
  context: Context,
): Promise<APIGatewayProxyResult> {
  beginInvocation(context);
  const bucket = reportBucket();
  const id = pathParameters?.id;
  if (id !== undefined && resource.endsWith('/report'))
    return redirect(await answerPage(bucket, id, queryStringParameters?.page, Date.now()));
  const answer = id === undefined ? await answerLatest(bucket) : await answerAudit(bucket, id);
  return 'error' in answer ? errorResponse(answer) : jsonResponse(200, answer);
}

function redirect(answer: Awaited<ReturnType<typeof answerPage>>): APIGatewayProxyResult {
  if ('error' in answer) return errorResponse(answer);
  const { headers, ...response } = jsonResponse(303, answer);
  return { ...response, headers: { ...headers, location: answer.url } };
}
