import type { Endpoint } from '../../net/endpoint.ts';
import type { Credential } from '../../providers/secret.ts';
import type { ServerFacts } from '../../smtp/probe/facts.ts';
import { withoutPassword } from './server.ts';

type Probe = (endpoint: Endpoint, budgetMs: number) => Promise<ServerFacts>;

/**
 * One probe of a server, which takes more than a dozen connections, for all the credentials of a batch that log in
 * there. A server that is down costs its time limits once.
 */
export class SharedProbes {
  readonly #probe: Probe;
  readonly #shared = new Map<string, Promise<ServerFacts>>();

  constructor(probe: Probe) {
    this.#probe = probe;
  }

  /** Neither the password of the first credential, after whose login the server was probed, nor that of this one is in it. */
  async of(endpoint: Endpoint, credential: Credential | undefined, budgetMs: number): Promise<ServerFacts> {
    const key = JSON.stringify(endpoint);
    let shared = this.#shared.get(key);
    if (!shared) {
      shared = this.#probe(endpoint, budgetMs).then((facts) => withoutPassword(facts, credential));
      this.#shared.set(key, shared);
    }
    return withoutPassword(await shared, credential);
  }
}
