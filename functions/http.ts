import type { APIGatewayProxyResult } from 'aws-lambda';

const STATUS = { 'malformed-request': 400, 'not-managed': 403, 'not-found': 404 } as const;

/** The body of every answer that is not 200 (DESIGN section 4); the gateway answers 429 in the same shape. */
export interface ErrorBody {
  readonly error: keyof typeof STATUS;
  readonly message: string;
}

export function errorResponse(body: ErrorBody): APIGatewayProxyResult {
  return jsonResponse(STATUS[body.error], body);
}

export function jsonResponse(statusCode: number, body: unknown): APIGatewayProxyResult {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { statusCode, headers, body: JSON.stringify(body) };
}
