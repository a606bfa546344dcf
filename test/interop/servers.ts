import type { Security } from '../../functions/net/endpoint.ts';
import { type Behaviour, COMMON } from './behaviours/behaviour.ts';

import { DOVECOT } from './behaviours/dovecot.ts';
import { EXIM } from './behaviours/exim.ts';
import { POSTFIX } from './behaviours/postfix.ts';
import { TLS_VARIANTS } from './tls-variants.ts';
import { MECHANISMS, type Variant } from './variant.ts';

export const SERVERS = ['Postfix', 'Dovecot submission', 'Exim'] as const;
export type Server = (typeof SERVERS)[number];

export const SECURITIES: readonly Security[] = ['tls', 'starttls'];

export const BEHAVIOURS: Readonly<Record<Server, readonly Behaviour[]>> = {
  Postfix: [...COMMON, ...POSTFIX],
  'Dovecot submission': [...COMMON, ...DOVECOT],
  Exim: [...COMMON, ...EXIM],
};

/** The variant that offers everything, to everybody, without a limit. */
export const PLAIN_VARIANT = 'plain';

/** Two logins that must not see what went before each other run against a server each. */
export function variantName({ name, variant, before }: Behaviour, security: Security): string {
  if (!variant) return PLAIN_VARIANT;
  return before ? `${name}, ${security}` : name;
}

/** All variants of a server by name: the plain one, one for each mechanism alone, those of its TLS, and what its behaviours need. */
export function variantsOf(server: Server): ReadonlyMap<string, Variant> {
  return new Map<string, Variant>([
    [PLAIN_VARIANT, {}],
    ...Object.entries(TLS_VARIANTS[server]),
    ...MECHANISMS.map((mechanism) => [mechanism, { mechanisms: [mechanism] }] as const),
    ...BEHAVIOURS[server].flatMap((behaviour) =>
      SECURITIES.map((security) => [variantName(behaviour, security), behaviour.variant ?? {}] as const),
    ),
  ]);
}
