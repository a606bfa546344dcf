import type { Security } from '../../../functions/net/endpoint.ts';
import type { AuthMethod } from '../../../functions/secrets/credential.ts';
import type { Verdict } from '../../../functions/smtp/verdicts.ts';
import { FAULTS } from '../certificates.ts';
import type { Variant } from '../variant.ts';

/** What went before, on the same port and from the same address. */
export type Before = 'a login' | 'two logins' | 'a failed login' | 'an open connection' | 'an open session';

/** How a server treats a login, and the one right verdict on it. */
export interface Behaviour {
  readonly name: string;
  /** Default: the server's plain one, shared by all behaviours that need no other. */
  readonly variant?: Variant;
  readonly before?: Before;
  /** Default: both. */
  readonly on?: Security;
  /** Spoken to the port; default: what the port speaks. */
  readonly as?: Security;
  /** Default: the one that may log in. */
  readonly username?: string;
  /** Default: the right password, or for XOAUTH2 and OAUTHBEARER a valid token. */
  readonly secret?: 'wrong' | 'expired token' | 'long token' | 'endless token';
  readonly authMethod?: AuthMethod;
  /** Default: ample. */
  readonly budgetMs?: number;
  readonly verdict: Verdict | Readonly<Record<Security, Verdict>>;
  readonly authSent: boolean;
}

/** What every server does alike. */
export const COMMON: readonly Behaviour[] = [
  {
    name: 'an unknown user',
    username: 'nobody-here',
    verdict: 'rejected',
    authSent: true,
  },
  {
    name: 'an expired token by XOAUTH2',
    authMethod: 'XOAUTH2',
    secret: 'expired token',
    verdict: 'token-rejected',
    authSent: true,
  },
  {
    name: 'an expired token by OAUTHBEARER',
    authMethod: 'OAUTHBEARER',
    secret: 'expired token',
    verdict: 'token-rejected',
    authSent: true,
  },
  {
    name: 'a token longer than a command line may be',
    authMethod: 'XOAUTH2',
    secret: 'long token',
    verdict: 'valid',
    authSent: true,
  },
  {
    name: 'a token longer than any response may be',
    authMethod: 'XOAUTH2',
    secret: 'endless token',
    verdict: 'auth-line-too-long',
    authSent: false,
  },
  {
    name: 'TLS from the first byte on a STARTTLS port',
    on: 'starttls',
    as: 'tls',
    verdict: 'tls-mode-mismatch:plain-spoken',
    authSent: false,
  },
  ...FAULTS.map(
    (certificate): Behaviour => ({
      name: `a certificate that is not to be trusted: ${certificate}`,
      variant: { certificate },
      verdict: `tls-untrusted:${certificate}`,
      authSent: false,
    }),
  ),
];
