import type { Redacted } from './redacted.ts';

/** `tls`: TLS from the first byte (RFC 8314 section 3). `starttls`: upgraded by STARTTLS, always required (RFC 3207). */
export type Security = 'tls' | 'starttls';

export type AuthMethod = 'PLAIN' | 'LOGIN' | 'CRAM-MD5';

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
  readonly password: Redacted;
  readonly authMethod?: AuthMethod;
  /** The sender address, RFC 5321 Reverse-path. */
  readonly from?: string;
  readonly provider?: Provider;
}
