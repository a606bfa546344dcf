/** AWS's three spellings of where to go on. */
interface Page {
  readonly NextToken?: string | undefined;
  readonly nextToken?: string | undefined;
  readonly NextMarker?: string | undefined;
}

/** Page by page, until the service names nothing to go on from. */
export async function* pagesOf<P extends Page>(
  read: (token: string | undefined) => Promise<P>,
): AsyncGenerator<P> {
  let token: string | undefined;
  do {
    const page = await read(token);
    yield page;
    token = page.NextToken ?? page.nextToken ?? page.NextMarker ?? undefined;
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
