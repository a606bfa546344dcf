import type { Gathered } from '../../audit/gathered.ts';
import type { Answer, RecordType } from './answer.ts';

/** RFC 4035 section 4.3; `insecure`: unsigned, or the resolver does not validate. */
export type Security = 'secure' | 'insecure' | 'bogus';

/** All that the audit asks the DNS. Neither method rejects: a failure is an answer. */
export interface DnsResolver {
  query<T extends RecordType>(name: string, type: T): Promise<Answer<T>>;
  /** Whether a validating resolver finds the answer signed and true. */
  security(name: string, type: SignedType): Promise<Gathered<Security>>;
}

/** Those whose signature matters to a check. */
export type SignedType = 'SOA' | 'TLSA';
