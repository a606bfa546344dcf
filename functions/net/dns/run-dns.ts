import pLimit from 'p-limit';
import { BoundedCache } from '../bounded-cache.ts';
import { type Gathered, missing } from '../gathered.ts';
import type { Answer, DnsResolver, RecordType, SecurityStatus, SignedType } from './dns.ts';

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
