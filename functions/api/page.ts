import * as v from 'valibot';

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
