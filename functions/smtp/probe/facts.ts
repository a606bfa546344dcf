import type { CertificateFacts } from '../../net/certificate.ts';
import type { Reply } from '../evidence.ts';

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

/** What an audit would not want to be accepted under any circumstances, and what only ages; by what is wrong with it. */
export const WEAK_CLASSES = ['null', 'anonymous', 'export', 'rc4', 'des', '3des', 'seed-idea'] as const;
/** Ways to agree on a key, and the mode that RFC 9325 section 4.2 leaves out. */
export const OTHER_CLASSES = ['dhe', 'static-key', 'cbc', 'ecdhe'] as const;

export type WeakClass = (typeof WEAK_CLASSES)[number];
export type CipherClass = WeakClass | (typeof OTHER_CLASSES)[number];

/** Those that need no Diffie-Hellman parameters of the server. */
export const ELLIPTIC_ANONYMOUS: readonly number[] = [0xc018, 0xc019, 0xc017, 0xc016, 0xc015];

/**
 * Code points of the IANA registry "TLS Cipher Suites"; 0062 to 0066 are those of a draft that servers took over.
 * The weak classes share no suite, so the one that a server chooses says which class it took.
 */
export const SUITES: Readonly<Record<CipherClass, readonly number[]>> = {
  null: [0x0001, 0x0002, 0x003b, 0xc001, 0xc006, 0xc00b, 0xc010],
  anonymous: [
    ...ELLIPTIC_ANONYMOUS,
    ...[
      0x0017, 0x0018, 0x0019, 0x001a, 0x001b, 0x0034, 0x003a, 0x0046, 0x006c, 0x006d, 0x0089, 0x00a6, 0x00a7,
    ],
  ],
  export: [
    0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014, 0x0060, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065,
  ],
  rc4: [0x0004, 0x0005, 0x0066, 0xc002, 0xc007, 0xc00c, 0xc011],
  des: [0x0009, 0x000c, 0x000f, 0x0012, 0x0015],
  '3des': [0x000a, 0x000d, 0x0010, 0x0013, 0x0016, 0xc003, 0xc008, 0xc00d, 0xc012],
  'seed-idea': [0x0007, 0x0096, 0x0097, 0x0098, 0x0099, 0x009a],
  dhe: [
    0x0032, 0x0033, 0x0038, 0x0039, 0x0040, 0x0045, 0x0067, 0x006a, 0x006b, 0x0088, 0x009e, 0x009f, 0x00a2,
    0x00a3, 0x00be, 0x00c4, 0xc052, 0xc053, 0xc07c, 0xc07d, 0xc09e, 0xc09f, 0xccaa,
  ],
  'static-key': [
    0x002f, 0x0035, 0x003c, 0x003d, 0x0041, 0x0084, 0x009c, 0x009d, 0x00ba, 0x00c0, 0xc050, 0xc051, 0xc07a,
    0xc07b, 0xc09c, 0xc09d, 0xc0a0, 0xc0a1,
  ],
  cbc: [
    0x002f, 0x0032, 0x0033, 0x0035, 0x0038, 0x0039, 0x003c, 0x003d, 0x0040, 0x0041, 0x0045, 0x0067, 0x006a,
    0x006b, 0x0084, 0x0088, 0x00ba, 0x00be, 0x00c0, 0x00c4, 0xc009, 0xc00a, 0xc013, 0xc014, 0xc023, 0xc024,
    0xc027, 0xc028, 0xc072, 0xc073, 0xc076, 0xc077,
  ],
  ecdhe: [
    0xc009, 0xc00a, 0xc013, 0xc014, 0xc023, 0xc024, 0xc027, 0xc028, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xc05c,
    0xc05d, 0xc060, 0xc061, 0xc072, 0xc073, 0xc076, 0xc077, 0xc0ac, 0xc0ad, 0xcca8, 0xcca9,
  ],
};

/**
 * For a question about the protocol version only. Without the anonymous ones: GnuTLS may choose one although it is not set
 * up for it, and then refuses all that is offered beside it.
 */
export const VERSION_SUITES: readonly number[] = suitesOf(
  [...WEAK_CLASSES, ...OTHER_CLASSES].filter((name) => name !== 'anonymous'),
);
/** RFC 8446 appendix B.4. */
export const TLS13_SUITES: readonly number[] = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305];

export function suitesOf(classes: readonly CipherClass[]): readonly number[] {
  return [...new Set(classes.flatMap((name) => SUITES[name]))];
}
