import type { APIGatewayProxyResult } from 'aws-lambda';
import { type ErrorBody, STATUS } from './api/error-body.ts';

export function errorResponse(body: ErrorBody): APIGatewayProxyResult {
  return jsonResponse(STATUS[body.error], body);
}

export function jsonResponse(statusCode: number, body: unknown): APIGatewayProxyResult {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { statusCode, headers, body: JSON.stringify(body) };
}
