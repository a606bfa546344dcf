import type { CertificateFacts, Reply } from '../smtp/evidence.ts';

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
  /** The reply code to `AUTH PLAIN` without a password, and to `MAIL FROM:<>`; null when it was not asked. */
  readonly auth: number | null;
  readonly mail: number | null;
}

/** A TLS session accepted whatever its certificate, so that a bad one can be described. */
export interface SessionFacts {
  readonly protocol: string;
  readonly certificate: CertificateFacts;
  /** OpenSSL's verification error as Node names it; null for a trusted chain. The name is judged apart. */
  readonly chainError: string | null;
  /** Whether the certificate says where its issuer's is to be had (RFC 5280 section 4.2.2.1). */
  readonly issuerNamed: boolean;
  /** Whether a subjectAltName covers the host; the common name does not count (RFC 9525 section 6.3). */
  readonly coversHost: boolean;
}

export const PINNED_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2'] as const;
export type PinnedVersion = (typeof PINNED_VERSIONS)[number];

/** One handshake that offered a single protocol version. */
export type Handshake =
  | { readonly result: 'accepted' | 'refused' }
  | { readonly result: 'unknown'; readonly reason: InterruptionReason | 'local-tls-limit' | 'not-reached' };

/** All that a probe saw; null for what it did not come to, and then `interrupted` says why. */
export interface ServerFacts {
  readonly greeting: Reply | null;
  /** Null for implicit TLS, where nothing is said in clear. */
  readonly plaintext: PlaintextFacts | null;
  readonly session: SessionFacts | null;
  /** AUTH mechanisms listed under TLS. */
  readonly mechanisms: readonly string[] | null;
  readonly handshakes: Readonly<Record<PinnedVersion, Handshake>>;
  readonly interrupted: Interruption | null;
}
