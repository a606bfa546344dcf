import type { DnsResolver } from '../../net/dns/dns.ts';
import { countAddresses, ipv4Range, type Range } from '../address-ranges.ts';
import { published, recordsAt } from '../published.ts';
import { COUNTED, MX_LIMIT, SPF_VERSION, type SpfTerm, spfTerms } from './spf-record.ts';

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
export async function surveySpf(dns: DnsResolver, domain: string, record: string): Promise<SpfSurvey> {
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
