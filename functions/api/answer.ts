import type { APIGatewayProxyResult } from 'aws-lambda';
import * as v from 'valibot';
import { NOT_POSSIBLE_REASONS, type NotPossible } from '../lifecycle/possible-from.ts';
import { ANSWER_HEADERS } from '../observe/names.ts';
import { timestamp } from '../validation/contract.ts';

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

const MOST = 100;
const DEFAULT = 50;

/** How many to answer with at the most. */
const limitParameter = v.pipe(
  v.string('a whole number'),
  v.digits('a whole number'),
  v.transform(Number),
  v.number(),
  v.minValue(1, 'at least 1'),
  v.maxValue(MOST, `at most ${MOST}`),
);

export const limits = { most: MOST, default: DEFAULT };

export type ParsedPage =
  | { readonly kind: 'page'; readonly limit: number; readonly after: string | undefined }
  | { readonly kind: 'malformed'; readonly message: string };

/**
 * Reads `limit` and `next` of a query. A `next` stands for a place among the items asked for (`position`), never for a
 * partition of the table: one that was made up leads nowhere else.
 */
export function parsePage(
  query: Readonly<Partial<Record<string, string>>> | null,
  position: RegExp,
): ParsedPage {
  const limit = v.safeParse(v.optional(limitParameter, String(DEFAULT)), query?.limit);
  if (!limit.success) {
    return { kind: 'malformed', message: `Malformed limit: expected ${limit.issues[0].message}.` };
  }
  if (query?.next === undefined) return { kind: 'page', limit: limit.output, after: undefined };
  const after = positionIn(query.next);
  if (after !== undefined && position.test(after)) return { kind: 'page', limit: limit.output, after };
  return {
    kind: 'malformed',
    message:
      'Malformed next: expected the next of an answer to this same request, or none for the first page.',
  };
}

/** One page out of `found`, which has one more than `limit` when there is a following page. */
export function pageOf<T>(found: readonly T[], limit: number, positionOf: (item: T) => string) {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last ? tokenOf(positionOf(last)) : null };
}

function tokenOf(position: string): string {
  return Buffer.from(position).toString('base64url');
}

/** Buffer skips what is not base64url; that was no token of ours. */
function positionIn(token: string): string | undefined {
  const position = Buffer.from(token, 'base64url').toString();
  return tokenOf(position) === token ? position : undefined;
}
