import type { DnsResolver, Gathered } from '../../net/dns/dns.ts';
import { published, recordsAt } from '../records.ts';
import { checkHost, type SpfEvaluation } from './check-host.ts';
import { COUNTED, MX_LIMIT, SPF_VERSION, type SpfTerm, spfTerms } from './record.ts';

export interface SpfFacts {
  readonly domain: string;
  readonly records: Gathered<readonly string[]>;
  /** Null unless there is exactly one record. */
  readonly only: OneRecord | null;
}

export interface OneRecord {
  readonly text: string;
  /** For a client whom the record should not know; limits are counted, not enforced. */
  readonly evaluation: SpfEvaluation;
  readonly survey: SpfSurvey;
}

/** RFC 5737: an address that nobody sends from. */
const NOBODY = '192.0.2.1';
/** Beyond any number that a check tells apart. */
const COUNT_ON = { lookups: 40, voids: 40 };

/** The SPF policy of one domain, evaluated for nobody in particular. */
export async function spfFacts(dns: DnsResolver, domain: string): Promise<SpfFacts> {
  const records = await published(dns, domain, SPF_VERSION);
  const [text, ...others] = records.known ? records.value : [];
  if (text === undefined || others.length > 0) return { domain, records, only: null };
  const question = { ip: NOBODY, helo: domain, sender: `postmaster@${domain}` };
  const evaluation = await checkHost(question, dns, COUNT_ON);
  return { domain, records, only: { text, evaluation, survey: await surveySpf(dns, domain, text) } };
}

/** What a record and all that it includes come to, whoever sends. */
export interface SpfSurvey {
  /** RFC 7208 section 4.6.4, of a message that nothing but the last term matches. */
  readonly lookups: number;
  /** Not followed any further: the numbers are lower bounds. */
  readonly cut: boolean;
  /** IPv4 addresses that may send, and how many they are, each counted once. */
  readonly ranges: readonly Range[];
  readonly addresses: number;
  /** Domains whose record has a `ptr` mechanism, domains with more than ten MX records, and all that is included. */
  readonly ptr: readonly string[];
  readonly manyMx: readonly string[];
  readonly included: readonly string[];
  /** The qualifier of `all` where evaluation ends; null: there is none. */
  readonly all: SpfTerm['qualifier'] | null;
}

/** A record may nest without end; the limit of the RFC is 10. */
const MOST_LOOKUPS = 40;

/** Follows one record through includes, redirects, `a` and `mx`. What cannot be resolved adds nothing. */
async function surveySpf(dns: DnsResolver, domain: string, record: string): Promise<SpfSurvey> {
  const survey = new Survey(dns);
  const all = await survey.follow(domain, record, true);
  return survey.summary(all);
}

class Survey {
  readonly #dns: DnsResolver;
  #lookups = 0;
  #cut = false;
  readonly #ranges: Range[] = [];
  readonly #ptr: string[] = [];
  readonly #manyMx: string[] = [];
  readonly #included: string[] = [];

  constructor(dns: DnsResolver) {
    this.#dns = dns;
  }

  summary(all: SpfSurvey['all']): SpfSurvey {
    return {
      lookups: this.#lookups,
      cut: this.#cut,
      ranges: this.#ranges,
      addresses: countAddresses(this.#ranges),
      ptr: this.#ptr,
      manyMx: this.#manyMx,
      included: this.#included,
      all,
    };
  }

  /** Resolves to the qualifier of the `all` that ends the record; `authorizes`: a match lets a message pass. */
  async follow(domain: string, record: string, authorizes: boolean): Promise<SpfSurvey['all']> {
    const terms = spfTerms(record);
    const end = terms.findIndex(({ name }) => name === 'all');
    const evaluated = end < 0 ? terms : terms.slice(0, end + 1);
    for (const term of evaluated.filter(({ name }) => name !== 'redirect')) {
      await this.#take(domain, term, authorizes && term.qualifier === '+');
    }
    if (end >= 0) return terms[end]?.qualifier ?? null;
    const redirect = terms.find(({ name }) => name === 'redirect');
    return redirect ? this.#enter(redirect.target, authorizes) : null;
  }

  async #take(domain: string, term: SpfTerm, authorizes: boolean): Promise<void> {
    const target = term.target || domain;
    if (term.name === 'include') await this.#enter(target, authorizes);
    else if (COUNTED.includes(term.name)) await this.#look(domain, target, term, authorizes);
    else if (authorizes && term.name === 'all') this.#allow('0.0.0.0', 0);
    else if (authorizes && term.name === 'ip4') this.#allow(term.target, term.prefix4);
  }

  async #enter(target: string, authorizes: boolean): Promise<SpfSurvey['all']> {
    if (!this.#counts() || target.includes('%')) return null;
    this.#included.push(target.toLowerCase());
    const records = await published(this.#dns, target, SPF_VERSION);
    const [record] = records.known ? records.value : [];
    return record === undefined ? null : this.follow(target, record, authorizes);
  }

  async #look(domain: string, target: string, term: SpfTerm, authorizes: boolean): Promise<void> {
    if (!this.#counts()) return;
    if (term.name === 'ptr') this.#ptr.push(domain);
    const macro = target.includes('%');
    const hosts = term.name === 'mx' && !macro ? await this.#exchanges(target) : [target];
    if (!authorizes || macro || (term.name !== 'a' && term.name !== 'mx')) return;
    for (const host of hosts) await this.#allowHost(host, term.prefix4);
  }

  async #allowHost(host: string, prefix: number): Promise<void> {
    const found = await recordsAt(this.#dns, host, 'A');
    for (const address of found.known ? found.value : []) this.#allow(address, prefix);
  }

  async #exchanges(domain: string): Promise<string[]> {
    const found = await recordsAt(this.#dns, domain, 'MX');
    const hosts = found.known ? found.value.map(({ exchange }) => exchange) : [];
    if (hosts.length > MX_LIMIT) this.#manyMx.push(domain);
    return hosts.slice(0, MX_LIMIT);
  }

  #counts(): boolean {
    if (this.#lookups >= MOST_LOOKUPS) this.#cut = true;
    else this.#lookups += 1;
    return !this.#cut;
  }

  #allow(address: string, prefix: number): void {
    const range = ipv4Range(address, prefix);
    if (range) this.#ranges.push(range);
  }
}

/** Of IPv4 addresses as numbers. */
export type Range = readonly [first: number, last: number];

const IPV4_BITS = 32;

/** `address` is IPv4 in dotted form; null for anything else. */
export function ipv4Range(address: string, prefix: number): Range | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return null;
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (IPV4_BITS - prefix);
  const first = Math.floor(number / size) * size;
  return [first, first + size - 1];
}

/** Whether each address of `wanted` is in `ranges`. */
export function holdsAll(ranges: readonly Range[], wanted: readonly Range[]): boolean {
  return countAddresses([...ranges, ...wanted]) === countAddresses(ranges);
}

/** How many addresses the ranges hold, each counted once. */
export function countAddresses(ranges: readonly Range[]): number {
  let count = 0;
  let counted = -1;
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    if (last <= counted) continue;
    count += last - Math.max(first, counted + 1) + 1;
    counted = last;
  }
  return count;
}
