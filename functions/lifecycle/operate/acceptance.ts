import { addressOf, canonicalHostPort, spelt } from '../../secrets/endpoint.ts';
import type { NamedEndpoint } from '../endpoints.ts';
import type { Situation } from '../situation.ts';
import { labelled, pendingIn, type Version } from '../snapshot.ts';
import { act, type Decision, endpointRefusal, finish, type Progress } from './decision.ts';

/**
 * Lets passwords go to the endpoint that the operator names. What is accepted is the place and trust that stood in the
 * secret when it was looked at, to the letter: whoever changes the secret meanwhile changes nothing of that.
 */
export function decideAcceptance(situation: Situation, { plan, done }: Progress, endpoint: string): Decision {
  const { accept } = plan ?? {};
  if (!accept) return planAcceptance(situation, canonicalHostPort(endpoint));
  return done.has('accept-endpoint')
    ? finish(
        'accepted',
        `Passwords of this secret may go to ${inWords(accept)}. Rotate again: keyturn rotate.`,
      )
    : act({ step: 'accept-endpoint', endpoint: accept });
}

function planAcceptance(situation: Situation, address: string | null): Decision {
  const { issuer } = situation;
  if (issuer.kind === 'unreachable') return finish('not-possible', `${NOBODY_CAN_TELL} ${issuer.message}`);
  const refused = refusedAt(address, situation);
  const [accept, other] = refused;
  if (other) return finish('not-possible', `${SEVERAL} ${refused.map(inWords).join('; ')}.`);
  if (accept) return act({ step: 'plan', plan: { accept } });
  const unruled = [labelled('AWSCURRENT', situation), pendingIn(situation)]
    .map(unruledBecause)
    .find((why) => why !== null);
  if (unruled) return finish('not-possible', unruled);
  const standing = distinct(situation.versions.flatMap(({ endpoints }) => endpoints.named));
  const known = standing.find((one) => addressOf(one) === address);
  return known
    ? finish('accepted', `Nothing had to be accepted: passwords may go to ${inWords(known)} already.`)
    : finish('not-possible', `${NOT_THERE} ${standing.map(inWords).join('; ') || 'none'}.`);
}

const NOBODY_CAN_TELL = 'The provider did not answer, so nobody can tell what it allows:';
const SEVERAL =
  'The current and the pending version trust this host and port in different ways. Have the wrong one put right first:';
const NOT_THERE =
  'The secret does not name this endpoint; expected host:port as they stand there. There stand:';

/** In what the next rotation begins with or goes on with; else in what a rollback would go back to. */
function refusedAt(address: string | null, situation: Situation): readonly NamedEndpoint[] {
  const refusedIn = (...versions: readonly (Version | undefined)[]) =>
    distinct(versions.flatMap((version) => version?.endpoints.refused ?? [])).filter(
      (one) => addressOf(one) === address,
    );
  const now = refusedIn(labelled('AWSCURRENT', situation), pendingIn(situation));
  return now.length > 0 ? now : refusedIn(labelled('AWSPREVIOUS', situation));
}

/** Why nobody can tell whether a version's endpoints are allowed: its administrator's secret is of no use, say. */
function unruledBecause(version: Version | undefined): string | null {
  const isRuled = (version?.endpoints.refused.length ?? 0) > 0;
  return isRuled ? null : endpointRefusal(version);
}

function distinct(endpoints: readonly NamedEndpoint[]): readonly NamedEndpoint[] {
  return [...new Map(endpoints.map((one) => [spelt(one), one])).values()];
}

/** Every field that was accepted, and whom the CA says it is. */
function inWords(endpoint: NamedEndpoint): string {
  const { host, port, security, ca, authorities } = endpoint;
  const trust = ca === null ? 'public certificates' : `the CA ${authorities.join(' and ')} (SHA-256 ${ca})`;
  return `host ${host}, port ${port}, ${security === 'tls' ? 'TLS' : 'STARTTLS'}, ${trust}`;
}
