import type { APIGatewayProxyResult } from 'aws-lambda';
import * as v from 'valibot';
import { NOT_POSSIBLE_REASONS, type NotPossible } from '../lifecycle/possible-from.ts';
import { ANSWER_HEADERS } from '../observe/names.ts';
import { timestamp } from '../validation/result.ts';

/** HTTP status of each error that a function answers with. */
const STATUS = {
  'malformed-request': 400,
  'not-managed': 403,
  'not-found': 404,
  conflict: 409,
  'not-possible': 409,
  throttled: 429,
} as const;

export type ErrorBody = Readonly<{
  error: keyof typeof STATUS;
  message: string;
  reason?: NotPossible['reason'];
  possibleFrom?: string | null;
}>;

const message = v.pipe(v.string(), v.description('What was expected, what was got, what to do.'));

/** The body of every answer that is not 200 (DESIGN section 4); those of the gateway itself (infra/constructs) too. */
export const errorBody = v.object({
  error: v.picklist([...(Object.keys(STATUS) as (keyof typeof STATUS)[]), 'forbidden', 'refused', 'failed']),
  message,
  reason: v.exactOptional(
    v.pipe(
      v.picklist(NOT_POSSIBLE_REASONS),
      v.description('not-possible only: why no rotation can be made.'),
    ),
  ),
  possibleFrom: v.exactOptional(
    v.pipe(
      v.nullable(timestamp),
      v.description('not-possible only: null when a person has to do something first.'),
    ),
  ),
});

/** Through API Gateway: an error has the status of its kind, all else the one that is given. */
export function response(
  answer: object | ErrorBody,
  statusCode = 200,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyResult {
  return {
    statusCode: isError(answer) ? STATUS[answer.error] : statusCode,
    headers: { 'content-type': 'application/json', ...ANSWER_HEADERS, ...headers },
    body: JSON.stringify(answer),
  };
}

function isError(answer: object): answer is ErrorBody {
  return 'error' in answer;
}
