import { type Gathered, known, type LookupFailure, missing } from '../gathered.ts';

export interface CaaRecord {
  /** RFC 8659 section 4.1: an issuer that does not know a critical tag must not issue. */
  readonly critical: boolean;
  /** issue, issuewild, iodef, ... */
  readonly tag: string;
  readonly value: string;
}

/** RFC 6698 section 2.1. */
export interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  /** Hexadecimal, lower case. */
  readonly data: string;
}

/** What a record of each type says. */
export interface RecordData {
  readonly A: string;
  readonly AAAA: string;
  readonly CNAME: string;
  readonly PTR: string;
  readonly MX: { readonly preference: number; readonly exchange: string };
  /** The character-strings of RFC 1035 section 3.3.14, in their order. */
  readonly TXT: readonly string[];
  readonly CAA: CaaRecord;
  readonly TLSA: TlsaRecord;
}

export type RecordType = keyof RecordData;

/** `no-data`: the name exists without such a record; `not-found`: there is no such name (RFC 2308). */
export type Answer<T extends RecordType> =
  | { readonly kind: 'found'; readonly records: readonly RecordData[T][] }
  | { readonly kind: 'no-data' | 'not-found' }
  | { readonly kind: 'failed'; readonly reason: LookupFailure; readonly code: string };

/** For whom a name without records and no name at all are the same. */
export function recordsOf<T extends RecordType>(answer: Answer<T>): Gathered<readonly RecordData[T][]> {
  if (answer.kind === 'failed') return missing(answer.reason, `DNS ${answer.code}`);
  return known(answer.kind === 'found' ? answer.records : []);
}

/** RFC 4035 section 4.3; `insecure`: unsigned, or the resolver does not validate. */
export type SecurityStatus = 'secure' | 'insecure' | 'bogus';

/** All that is asked of the DNS but addresses to dial. Neither method rejects: a failure is an answer. */
export interface DnsResolver {
  query<T extends RecordType>(name: string, type: T): Promise<Answer<T>>;
  /** Whether a validating resolver finds the answer signed and true. */
  security(name: string, type: SignedType): Promise<Gathered<SecurityStatus>>;
}

/** Those whose signature matters to a check. */
export type SignedType = 'SOA' | 'TLSA';
