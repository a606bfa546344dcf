import pLimit from 'p-limit';
import { BoundedCache } from '../bounded-cache.ts';

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

/** Why the DNS did not tell. */
export type LookupFailure = 'timeout' | 'dns-failed';

/** A fact, or why it is missing. `detail` is an error's name or code, never its message: messages may carry values. */
export type Gathered<T, Reason extends string = LookupFailure> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly reason: Reason; readonly detail: string };

export function known<T>(value: T): Gathered<T, never> {
  return { known: true, value };
}

export function missing<Reason extends string>(reason: Reason, detail: string): Gathered<never, Reason> {
  return { known: false, reason, detail };
}

const NAMES = 20_000;
const CONCURRENCY = 16;
/** With less time left (ms) nothing is asked any more. */
const LEAST_MS = 5000;
const LATE = 'no time left';

export interface RunDnsSources {
  readonly lookup: Pick<DnsResolver, 'query'>;
  readonly validator: Pick<DnsResolver, 'security'>;
  readonly remainingMs: () => number;
}

/** The DNS as one run sees it: each question is asked once, at most sixteen at a time, and none when time is up. */
export class RunDns implements DnsResolver {
  readonly #sources: RunDnsSources;
  readonly #answers = new BoundedCache<Promise<unknown>>(NAMES);
  readonly #limit = pLimit(CONCURRENCY);

  constructor(sources: RunDnsSources) {
    this.#sources = sources;
  }

  query<T extends RecordType>(name: string, type: T): Promise<Answer<T>> {
    const late: Answer<T> = { kind: 'failed', reason: 'timeout', code: LATE };
    return this.#once(`${type} ${name}`, late, () => this.#sources.lookup.query(name.toLowerCase(), type));
  }

  security(name: string, type: SignedType): Promise<Gathered<SecurityStatus>> {
    const late = missing('timeout', LATE);
    return this.#once<Gathered<SecurityStatus>>(`DNSSEC ${type} ${name}`, late, () =>
      this.#sources.validator.security(name.toLowerCase(), type),
    );
  }

  #once<A>(question: string, late: A, ask: () => Promise<A>): Promise<A> {
    const key = question.toLowerCase();
    const asked = this.#answers.get(key);
    // The key names the kind of question and so the type of its answer.
    if (asked) return asked as Promise<A>;
    const answer = this.#limit(() =>
      this.#sources.remainingMs() < LEAST_MS ? Promise.resolve(late) : ask(),
    );
    this.#answers.set(key, answer);
    return answer;
  }
}

const TOO_SLOW = 'this domain has taken too long';

/**
 * Asks nothing more when `limitMs` are over: one domain whose name servers are slow on purpose must not take the time of
 * all the others. `clock` in milliseconds from any fixed point.
 */
export function withPatience(dns: DnsResolver, limitMs: number, clock: () => number): DnsResolver {
  const deadline = clock() + limitMs;
  const isLate = () => clock() >= deadline;
  return {
    query: async (name, type) =>
      isLate() ? { kind: 'failed', reason: 'timeout', code: TOO_SLOW } : dns.query(name, type),
    security: async (name, type) => (isLate() ? missing('timeout', TOO_SLOW) : dns.security(name, type)),
  };
}
