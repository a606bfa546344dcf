import { addressOf, type CanonicalEndpoint, spelt } from '../secrets/endpoint.ts';

/** What an endpoint is told apart by, what matters most first. */
const FIELDS = ['host', 'port', 'security', 'ca'] as const satisfies readonly (keyof CanonicalEndpoint)[];

export type EndpointField = (typeof FIELDS)[number];

export type EndpointRuling =
  | { readonly kind: 'allowed' }
  | {
      readonly kind: 'endpoint-changed';
      /** The first of the named ones that nobody allowed. */
      readonly endpoint: CanonicalEndpoint;
      /** Where it parts from the allowed one that is most like it. */
      readonly changed: EndpointField;
    };

/**
 * Whether a password may go to every endpoint that a value names. Whoever may write a secret's value writes its host, too,
 * and would be sent the password that the next rotation makes: so each of them must be one that somebody else named.
 */
export function ruleOnEndpoints(
  named: readonly CanonicalEndpoint[],
  allowed: readonly CanonicalEndpoint[],
): EndpointRuling {
  const endpoint = named.find((one) => !isAmong(allowed, one));
  if (endpoint === undefined) return { kind: 'allowed' };
  const furthest = Math.max(0, ...allowed.map((one) => likeness(endpoint, one)));
  return { kind: 'endpoint-changed', endpoint, changed: FIELDS[furthest] ?? 'host' };
}

export function isAmong(allowed: readonly CanonicalEndpoint[], endpoint: CanonicalEndpoint): boolean {
  return allowed.some((one) => likeness(endpoint, one) === FIELDS.length);
}

/** How many fields, from the first on, are the same. */
function likeness(one: CanonicalEndpoint, other: CanonicalEndpoint): number {
  const differing = FIELDS.findIndex((field) => one[field] !== other[field]);
  return differing === -1 ? FIELDS.length : differing;
}

/** As many as a line of a log can hold. */
const SHOWN = 8;

/** A refusal for people: what stands there and what may, and the two ways out. */
export interface Refusal {
  /** `provider-trouble`: nobody can tell, since the provider or its administrator's secret is of no use. */
  readonly reason: 'endpoint-changed' | 'provider-trouble';
  readonly state: string;
  readonly nextAction: string;
}

/** Null: every named one is allowed. */
export function refusalOf(
  named: readonly CanonicalEndpoint[],
  allowed: readonly CanonicalEndpoint[],
  secretName: string,
): Refusal | null {
  const ruling = ruleOnEndpoints(named, allowed);
  return ruling.kind === 'allowed' ? null : refusal(ruling, allowed, secretName);
}

function refusal(
  { endpoint, changed }: Extract<EndpointRuling, { kind: 'endpoint-changed' }>,
  allowed: readonly CanonicalEndpoint[],
  secretName: string,
): Refusal {
  const shown = allowed.slice(0, SHOWN).map(spelt);
  const more = allowed.length > SHOWN ? ` and ${allowed.length - SHOWN} more` : '';
  const expected = shown.length === 0 ? 'none, since nobody named one' : `${shown.join(', ')}${more}`;
  return {
    reason: 'endpoint-changed',
    state:
      `endpoint-changed: the secret names ${spelt(endpoint)}, and no password is sent there: its ${changed} is none that the ` +
      `provider, the deployment, the administrator's secret or an operator named. Allowed: ${expected}.`,
    nextAction: `Put it right in the secret, or accept it: keyturn accept-endpoint ${secretName} ${addressOf(endpoint)}`,
  };
}
