import type { CertificateFacts } from '../../net/certificate.ts';
import type { Reply } from '../evidence.ts';
import type { CipherClass } from './cipher-suites.ts';

/** Why a probe ended early. `code` is Node's, OpenSSL's or the server's own. */
export type InterruptionReason =
  | 'not-allowed'
  | 'timeout'
  | 'egress-blocked'
  | 'unreachable'
  | 'closed'
  | 'throttled'
  | 'refused'
  | 'tls-failed'
  | 'protocol-error';

export interface Interruption {
  readonly reason: InterruptionReason;
  readonly code: string;
}

/** What a server says before STARTTLS; reply codes are of RFC 5321 and RFC 4954. */
export interface PlaintextFacts {
  readonly starttls: boolean;
  readonly mechanisms: readonly string[];
  /** Something on the path has overwritten STARTTLS (`hidesStarttls`). */
  readonly overwritten: boolean;
  /** The reply code to AUTH without a password, with a mechanism that would send it in clear, and to `MAIL FROM:<>`; null when it was not asked. */
  readonly auth: number | null;
  readonly mail: number | null;
}

/** A TLS session accepted whatever its certificate, so that a bad one can be described. */
export interface SessionFacts {
  readonly protocol: string;
  /** By its name in the IANA registry. */
  readonly cipher: string;
  /** The group of the key exchange, where this Node.js says it. */
  readonly group: string | null;
  readonly certificate: CertificateFacts;
  /** OpenSSL's verification error as Node names it; null for a trusted chain. The name is checked apart. */
  readonly chainError: string | null;
  /** Whether the certificate says where its issuer's is to be had (RFC 5280 section 4.2.2.1). */
  readonly issuerNamed: boolean;
  /** Whether a subjectAltName covers the host; the common name does not count (RFC 9525 section 6.3). */
  readonly coversHost: boolean;
  /** See `signatureAlgorithmOf`. */
  readonly signature: string;
  /** SHA-256 in hex of the public key (SubjectPublicKeyInfo), the same after a renewal that keeps the key; null when it is not readable. */
  readonly keyFingerprint256: string | null;
}

export const TLS_VERSIONS = ['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

/** The answer to a hello that offered one protocol version, or one class of cipher suites. */
export type Handshake =
  | { readonly result: 'accepted' | 'refused' }
  | { readonly result: 'unknown'; readonly reason: InterruptionReason | 'not-reached' };

/** What a server takes, asked by hand-written hellos: the TLS library of the audit cannot offer most of it. */
export interface TlsSurvey {
  readonly handshakes: Readonly<Record<TlsVersion, Handshake>>;
  /** Up to TLS 1.2; TLS 1.3 has none of these classes. */
  readonly ciphers: Readonly<Record<CipherClass, Handshake>>;
  /** The prime of its DHE key exchange; null when it has none or it was not read. */
  readonly dhBits: number | null;
}

/** What became of a command sent together with STARTTLS, ahead of the handshake (CVE-2011-0411). */
export type Injection =
  | { readonly result: 'discarded' | 'executed' | 'refused' }
  | { readonly result: 'unknown'; readonly reason: InterruptionReason | 'not-reached' };

/** Reply codes to VRFY and EXPN of a name that nobody has, under TLS and without a login; null when not asked. */
export interface NameLookups {
  readonly vrfy: number | null;
  readonly expn: number | null;
}

/** All that a probe saw; null for what it did not come to, and then `interrupted` says why. */
export interface ServerFacts extends TlsSurvey {
  readonly greeting: Reply | null;
  /** Null for implicit TLS, where nothing is said in clear. */
  readonly plaintext: PlaintextFacts | null;
  readonly session: SessionFacts | null;
  /** AUTH mechanisms listed under TLS. */
  readonly mechanisms: readonly string[] | null;
  readonly lookups: NameLookups;
  /** Null for implicit TLS, and without a TLS session. */
  readonly injection: Injection | null;
  readonly interrupted: Interruption | null;
}
