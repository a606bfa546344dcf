/**
 * What the last audit left behind about a credential, for the next one to compare with; hashes and names, never a value.
 * Times are milliseconds since 1970.
 */
export interface Remembered {
  readonly examinedAt: number;
  /** As it was when it was last seen, which may be longer ago than `examinedAt`; null when it never was. */
  readonly server: RememberedServer | null;
  /** DNS records by `<type> <name>`, lower case name; each as it was when it was last read. */
  readonly records: Readonly<Record<string, RememberedRecord>>;
  /** By id of the check: when a failure or warning that stands was first found. */
  readonly firstSeen: Readonly<Record<string, number>>;
}

export interface RememberedServer {
  readonly host: string;
  readonly port: number;
  readonly seenAt: number;
  /** SHA-256 (hexadecimal) of the certificate's SubjectPublicKeyInfo: a renewal on the same key keeps it. */
  readonly spki256: string | null;
  /** Null when nothing is said in clear: implicit TLS. */
  readonly starttls: boolean | null;
  /** AUTH mechanisms offered under TLS. */
  readonly mechanisms: readonly string[] | null;
}

export interface RememberedRecord {
  /** SHA-256 (hexadecimal) of all its values, in a fixed order. */
  readonly sha256: string;
  /** When it was first seen with this very hash. */
  readonly since: number;
}
