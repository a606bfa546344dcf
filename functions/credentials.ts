import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import document from '../docs/openapi.json' with { type: 'json' };
import { response } from './api/answer.ts';
import { answerList } from './api/credentials.ts';
import { validations } from './deployment.ts';
import { beginInvocation } from './observe/logger.ts';
import { handles } from './observe/shown.ts';

/** Behind API Gateway: `GET /credentials` and `GET /openapi.json`. Reads the table only. */
export const handler = handles(handle);

async function handle(event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> {
  beginInvocation(context);
  if (event.resource === '/openapi.json') return response(document);
  const query = event.queryStringParameters;
  const answer = await answerList(validations(), query, Date.now());
  return response(answer);
}
