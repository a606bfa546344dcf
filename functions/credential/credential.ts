import type { Redacted } from './redacted.ts';

/** `tls`: TLS from the first byte (RFC 8314 section 3). `starttls`: upgraded by STARTTLS, always required (RFC 3207). */
export type Security = 'tls' | 'starttls';

/** SASL mechanisms that take a password, and those that take an OAuth 2.0 access token. */
export const PASSWORD_METHODS = ['SCRAM-SHA-256', 'CRAM-MD5', 'PLAIN', 'LOGIN'] as const;
export const TOKEN_METHODS = ['OAUTHBEARER', 'XOAUTH2'] as const;

export type AuthMethod = (typeof PASSWORD_METHODS | typeof TOKEN_METHODS)[number];

/** Amazon SES: the SMTP password is derived from an IAM access key of `userName`, for one `region`. */
export interface SesProvider {
  readonly type: 'ses';
  readonly userName: string;
  readonly region: string;
}

export type Provider = SesProvider;

/** Where to log in and how to trust it; no secret in it. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  /** PEM certificates trusted instead of the public ones. */
  readonly ca?: string;
}

export interface Credential {
  readonly endpoint: Endpoint;
  readonly username: string;
  /** A password; with `authMethod` OAUTHBEARER or XOAUTH2 an OAuth 2.0 access token. */
  readonly password: Redacted;
  /** The only mechanism that may be used. Without it: the best that the server offers for a password. */
  readonly authMethod?: AuthMethod;
  /** The sender address, RFC 5321 Reverse-path. */
  readonly from?: string;
  readonly provider?: Provider;
}
