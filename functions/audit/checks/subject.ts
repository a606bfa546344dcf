import type { Endpoint } from '../../net/endpoint.ts';
import type { Credential } from '../../providers/secret.ts';
import type { SesProvider } from '../../providers/ses.ts';
import type { ServerFacts, SessionFacts } from '../../smtp/probe/facts.ts';
import type { RememberedServer } from '../../table/items.ts';
import type { CredentialFacts } from '../facts/credential-facts.ts';
import { decide } from '../gathered.ts';
import { notApplicable, type Outcome, unknown } from '../outcome.ts';

type Rule = (facts: CredentialFacts) => Outcome;

const NO_LOGIN_YET = notApplicable('No user name and password yet: the first rotation makes them.');
const UNREADABLE = unknown('not-reached', 'The secret is malformed; see `secret.shape`.');

/** For rules that need a whole credential. */
export function onCredential(rule: (credential: Credential, facts: CredentialFacts) => Outcome): Rule {
  return (facts) =>
    decide(facts.content, (content) => {
      if (content.kind === 'malformed') return UNREADABLE;
      return content.kind === 'credential' ? rule(content.credential, facts) : NO_LOGIN_YET;
    });
}

/** For rules on the place of login, which a secret may name before it has a password. */
export function onEndpoint(rule: (endpoint: Endpoint, facts: CredentialFacts) => Outcome): Rule {
  return (facts) =>
    decide(facts.content, (content) => {
      if (content.kind === 'malformed') return UNREADABLE;
      if (content.kind === 'empty') return notApplicable('No server yet: the secret has no value.');
      return rule(content.kind === 'credential' ? content.credential.endpoint : content.endpoint, facts);
    });
}

export function onServer(rule: (server: ServerFacts, endpoint: Endpoint) => Outcome): Rule {
  return onEndpoint((endpoint, { server }) => decide(server, (facts) => rule(facts, endpoint)));
}

/** For rules on what is said before STARTTLS; implicit TLS says nothing in clear. */
export function onStarttls(rule: (server: ServerFacts, endpoint: Endpoint) => Outcome): Rule {
  return onServer((server, endpoint) =>
    endpoint.security === 'starttls'
      ? rule(server, endpoint)
      : notApplicable('TLS from the first byte: nothing is said in clear.'),
  );
}

export function onSession(rule: (session: SessionFacts, endpoint: Endpoint) => Outcome): Rule {
  return onServer((server, endpoint) =>
    server.session ? rule(server.session, endpoint) : notSeen(server, 'There was no TLS session'),
  );
}

export function onSes(
  rule: (ses: SesProvider, credential: Credential, facts: CredentialFacts) => Outcome,
): Rule {
  return onCredential((credential, facts) =>
    credential.provider?.type === 'ses'
      ? rule(credential.provider, credential, facts)
      : notApplicable('Not a credential of Amazon SES.'),
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
