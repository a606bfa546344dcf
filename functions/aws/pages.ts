import { KeyturnError } from '../observe/shown.ts';

/** A million items in pages of a hundred: more than any list of an account has. */
const MOST_PAGES = 10_000;
/** Of a list that is read in one go (ms). A function has 15 minutes for all that it does. */
const LIMIT_MS = 5 * 60_000;

/** AWS's three spellings of where to go on. */
interface Page {
  readonly NextToken?: string | undefined;
  readonly nextToken?: string | undefined;
  readonly NextMarker?: string | undefined;
}

/** Told where a page says to go on, it says the same, or throws. */
type GoOn = (next: string | undefined) => string | undefined;

/** For a list that its reader cuts short, after so many pages, and says so. */
export const cutShort: GoOn = (next) => next;

/** Page by page, until the service names nothing to go on from. Rejects when that would have no end. */
export async function* pagesOf<P extends Page>(
  read: (token: string | undefined) => Promise<P>,
  goOn: GoOn = pageTurns(LIMIT_MS),
): AsyncGenerator<P> {
  let token: string | undefined;
  do {
    const page = await read(token);
    yield page;
    token = goOn(page.NextToken ?? page.nextToken ?? page.NextMarker);
  } while (token);
}

/** All items of all pages. */
export async function everyItem<P extends Page, T>(
  read: (token: string | undefined) => Promise<P>,
  itemsOf: (page: P) => readonly T[] | undefined,
): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pagesOf(read)) items.push(...(itemsOf(page) ?? []));
  return items;
}

/**
 * Watches over the pages of one list: told where each says to go on, it throws when they come round to where they were,
 * are too many, or take longer than `limitMs`. A list is whole or it is none: by half of one, what lives would look gone.
 */
export function pageTurns(limitMs = Number.POSITIVE_INFINITY): GoOn {
  const endsAt = Date.now() + limitMs;
  const seen = new Set<string>();
  return (next) => {
    if (!next) return undefined;
    if (seen.has(next)) throw new KeyturnError('a list of AWS came round to a page that it had before');
    if (seen.size === MOST_PAGES) throw new KeyturnError(`a list of AWS has more than ${MOST_PAGES} pages`);
    if (Date.now() > endsAt)
      throw Object.assign(new KeyturnError(`a list of AWS takes more than ${limitMs} ms`), {
        name: 'TimeoutError',
      });
    seen.add(next);
    return next;
  };
}
