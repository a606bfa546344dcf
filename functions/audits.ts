import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { response } from './api/answer.ts';
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
  return response(id === undefined ? await answerLatest(bucket) : await answerAudit(bucket, id));
}

function redirect(answer: Awaited<ReturnType<typeof answerPage>>): APIGatewayProxyResult {
  return 'error' in answer ? response(answer) : response(answer, 303, { location: answer.url });
}
