/** `fetch` for code that has a provider's own host built in: that host's requests go to a local server. */
export function routedFetch(routes: Readonly<Record<string, string>>): typeof fetch {
  return (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname, search } = new URL(request.url);
    const local = routes[origin];
    if (local === undefined) throw new Error(`no route to ${origin}`);
    return fetch(new Request(`${local}${pathname}${search}`, request), init);
  };
}
