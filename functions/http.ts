import type { APIGatewayProxyResult } from 'aws-lambda';
import { type ErrorBody, STATUS } from './api/error-body.ts';
import { ANSWER_HEADERS } from './observe/names.ts';

export function errorResponse(body: ErrorBody): APIGatewayProxyResult {
  return jsonResponse(STATUS[body.error], body);
}

export function jsonResponse(statusCode: number, body: unknown): APIGatewayProxyResult {
  const headers = { 'content-type': 'application/json', ...ANSWER_HEADERS };
  return { statusCode, headers, body: JSON.stringify(body) };
}
