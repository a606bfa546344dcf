import { type NameServer, openNameServer } from '../../../sandbox/dns/name-server.ts';
import { type Zone, ZoneAnswers } from '../../../sandbox/dns/zone.ts';

export interface ZoneServer extends NameServer {
  /** Asks the same zones by DNS over HTTPS, of a resolver that validates. */
  readonly fetch: typeof fetch;
}

/** Zones behind a real name server, and behind DNS over HTTPS without a network. */
export async function startZoneServer(zones: readonly Zone[]): Promise<ZoneServer> {
  const answers = new ZoneAnswers(zones);
  return {
    ...(await openNameServer(zones)),
    fetch: async (_url, init) => {
      const response = answers.validated(Buffer.from(init?.body as Uint8Array));
      if (!response) throw new DOMException('silent', 'TimeoutError');
      return new Response(new Uint8Array(response), {
        headers: { 'content-type': 'application/dns-message' },
      });
    },
  };
}
