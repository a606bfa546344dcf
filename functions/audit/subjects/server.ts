import type { Endpoint } from '../../net/endpoint.ts';
import type { ServerFacts, SessionFacts } from '../../smtp/probe/facts.ts';
import type { RememberedServer } from '../../table/items.ts';
import type { Check } from '../check.ts';
import { decide, notApplicable, type Outcome, unknown } from '../outcome.ts';
import { type CredentialFacts, onEndpoint } from './credential.ts';

export function onServer(rule: (server: ServerFacts, endpoint: Endpoint) => Outcome): Check['rule'] {
  return onEndpoint((endpoint, { server }) => decide(server, (facts) => rule(facts, endpoint)));
}

/** For rules on what is said before STARTTLS; implicit TLS says nothing in clear. */
export function onStarttls(rule: (server: ServerFacts, endpoint: Endpoint) => Outcome): Check['rule'] {
  return onServer((server, endpoint) =>
    endpoint.security === 'starttls'
      ? rule(server, endpoint)
      : notApplicable('TLS from the first byte: nothing is said in clear.'),
  );
}

export function onSession(rule: (session: SessionFacts, endpoint: Endpoint) => Outcome): Check['rule'] {
  return onServer((server, endpoint) =>
    server.session ? rule(server.session, endpoint) : notSeen(server, 'There was no TLS session'),
  );
}

/** What the last audit saw of the same server; undefined when there was none, or the secret named another. */
export function seenBefore(
  { history }: Pick<CredentialFacts, 'history'>,
  { host, port }: Endpoint,
): RememberedServer | undefined {
  const server = history?.server;
  return server?.host === host.toLowerCase() && server.port === port ? server : undefined;
}

/** A fact that the probe did not come to. */
export function notSeen({ interrupted }: ServerFacts, what: string): Outcome {
  if (!interrupted) return unknown('not-reached', `${what}: the server offers no STARTTLS.`);
  return unknown(interrupted.reason, `${what}: ${interrupted.code}.`);
}
