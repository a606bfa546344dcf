import type { Send } from '../../../functions/net/http.ts';
import { send } from '../../../functions/net/send.ts';

/** `send` for code that has a provider's own host built in: that host's requests go to a local server. */
export function routedFetch(routes: Readonly<Record<string, string>>): Send {
  return (input, init) => {
    const url = input instanceof Request ? input.url : input;
    const { origin, pathname, search } = new URL(url);
    const local = routes[origin];
    if (local === undefined) throw new Error(`no route to ${origin}`);
    const target = `${local}${pathname}${search}`;
    return send(input instanceof Request ? new Request(target, input) : target, init);
  };
}
