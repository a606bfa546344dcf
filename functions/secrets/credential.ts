import type { Endpoint } from '../net/endpoint.ts';
import type { EntraProvider } from '../providers/entra-schema.ts';
import type { MailgunProvider } from '../providers/mailgun-schema.ts';
import type { ManualSettings } from '../providers/manual-schema.ts';
import type { ResendProvider } from '../providers/resend-schema.ts';
import type { SendGridProvider } from '../providers/sendgrid-schema.ts';
import type { SesProvider } from '../providers/ses-schema.ts';
import type { SqlProvider } from '../providers/sql-schema.ts';
import type { WebhookProvider } from '../providers/webhook-schema.ts';
import type { Redacted } from './redacted.ts';

/** SASL mechanisms that take a password, and those that take an OAuth 2.0 access token. */
export const PASSWORD_METHODS = ['SCRAM-SHA-256', 'CRAM-MD5', 'PLAIN', 'LOGIN'] as const;
export const TOKEN_METHODS = ['OAUTHBEARER', 'XOAUTH2'] as const;

export type AuthMethod = (typeof PASSWORD_METHODS | typeof TOKEN_METHODS)[number];

/** Who issues a credential, as the secret says it. */
export type Provider =
  | SesProvider
  | MailgunProvider
  | SendGridProvider
  | ResendProvider
  | EntraProvider
  | SqlProvider
  | WebhookProvider
  | ManualSettings;

/** Where the same user logs in with another password: with Amazon SES each region has its own. */
export interface RegionalEndpoint extends Endpoint {
  readonly region: string;
  /** Absent until a rotation has made it. */
  readonly password?: Redacted;
}

export interface Credential {
  readonly endpoint: Endpoint;
  readonly username: string;
  /** The provider's id of an issued credential, where that is not the user name. */
  readonly credentialId?: string;
  /** A password; with `authMethod` OAUTHBEARER or XOAUTH2 an OAuth 2.0 access token; of the provider `entra` a client secret. */
  readonly password: Redacted;
  /** The only mechanism that may be used. Without it: the best that the server offers for a password. */
  readonly authMethod?: AuthMethod;
  /** The sender address, RFC 5321 Reverse-path. */
  readonly from?: string;
  readonly provider?: Provider;
  readonly endpoints?: readonly RegionalEndpoint[];
}

/** The credential as it logs in at each of its endpoints, its own first: all of them must work for it to be proven. */
export function everyLogin(credential: Credential): readonly Credential[] {
  const { endpoints = [], ...login } = credential;
  const regional = endpoints.flatMap(({ region: _region, password, ...endpoint }) =>
    password ? [{ ...login, endpoint, password }] : [],
  );
  return [credential, ...regional];
}

/** Every place that a secret names, its own first, whether or not there is a password for it yet. */
export function everyEndpoint({
  endpoint,
  endpoints = [],
}: Pick<Credential, 'endpoint' | 'endpoints'>): readonly Endpoint[] {
  return [endpoint, ...endpoints];
}

/** What its provider calls it, never secret: the id that rotation compares, and that the ledger keeps. */
export function idOf({ credentialId, username }: Pick<Credential, 'credentialId' | 'username'>): string {
  return credentialId ?? username;
}
