import { type Gathered, known, missing } from '../../audit/gathered.ts';
import type { UnknownReason } from '../../audit/outcome.ts';

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
  | { readonly kind: 'failed'; readonly reason: UnknownReason; readonly code: string };

/** For whom a name without records and no name at all are the same. */
export function recordsOf<T extends RecordType>(answer: Answer<T>): Gathered<readonly RecordData[T][]> {
  if (answer.kind === 'failed') return missing(answer.reason, `DNS ${answer.code}`);
  return known(answer.kind === 'found' ? answer.records : []);
}
