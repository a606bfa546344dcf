import type { APIGatewayProxyResult } from 'aws-lambda';
import * as v from 'valibot';
import { ANSWER_HEADERS } from '../observe/names.ts';

/** HTTP status of each error that a function answers with. */
const STATUS = {
  'malformed-request': 400,
  'not-managed': 403,
  'not-found': 404,
  conflict: 409,
  throttled: 429,
} as const;

export type ErrorBody = Readonly<{ error: keyof typeof STATUS; message: string }>;

const message = v.pipe(v.string(), v.description('What was expected, what was got, what to do.'));

/** The body of every answer that is not 200 (DESIGN section 4); those of the gateway itself (infra/constructs) too. */
export const errorBody = v.object({
  error: v.picklist([...(Object.keys(STATUS) as (keyof typeof STATUS)[]), 'forbidden', 'refused', 'failed']),
  message,
});

export function errorResponse(body: ErrorBody): APIGatewayProxyResult {
  return jsonResponse(STATUS[body.error], body);
}

export function jsonResponse(statusCode: number, body: unknown): APIGatewayProxyResult {
  const headers = { 'content-type': 'application/json', ...ANSWER_HEADERS };
  return { statusCode, headers, body: JSON.stringify(body) };
}
