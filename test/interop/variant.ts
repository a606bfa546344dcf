import type { AuthMethod } from '../../functions/secrets/credential.ts';
import type { CertificateName } from './certificates.ts';

/** All that these servers can offer and Keyturn can use. */
export const MECHANISMS: readonly AuthMethod[] = [
  'PLAIN',
  'LOGIN',
  'CRAM-MD5',
  'SCRAM-SHA-256',
  'XOAUTH2',
  'OAUTHBEARER',
];

/** How one server is set up; each variant has two ports of its own. */
export interface Variant {
  /** Default: all. */
  readonly mechanisms?: readonly AuthMethod[];
  /** Default: `trusted`. */
  readonly certificate?: CertificateName;
  /** The Dovecot variant whose SASL service stands behind Postfix or Exim; default: the plain one. */
  readonly sasl?: string;
  /** Lines of the server's own configuration. */
  readonly settings?: readonly string[];
}

/** `tls`: TLS from the first byte (RFC 8314). `starttls`: plain text first (RFC 3207). */
export interface Ports {
  readonly tls: number;
  readonly starttls: number;
}
