import type { DnsResolver } from '../net/dns/dns.ts';
import { type Gathered, known, withPatience } from '../net/dns/dns.ts';
import { type AskExchanger, daneFacts } from './dane/dane.ts';
import { dkimFacts, keyName, type Selector } from './dkim/dkim.ts';
import { bimiRecords, dmarcFacts } from './dmarc/dmarc.ts';
import { type DomainFacts, exchangersOf, type PublishedFacts } from './domain-facts.ts';
import { type FetchPolicy, mtaStsFacts, tlsRptRecords } from './mta-sts/mta-sts.ts';
import { hasAddress, recordsAt } from './records.ts';
import { routeFacts } from './route-facts.ts';
import { keysOf, type Sender, type SesIdentities, senderDomain, signingIdentity } from './sender.ts';
import { spfFacts } from './spf/spf.ts';

export interface DomainSources {
  readonly dns: DnsResolver;
  readonly fetchPolicy: FetchPolicy;
  readonly askExchanger: AskExchanger;
  /** DKIM selectors that the deployment names. */
  readonly selectors: readonly string[];
}

const SUCCESS = 'Success';
/** What the DNS may take for one credential (ms): a sound domain takes a second or two. */
const PATIENCE_MS = 45_000;

/** The domains of one run: what each publishes is asked once, however many credentials send as it. */
export class Domains {
  readonly #sources: DomainSources;
  readonly #published = new Map<string, Promise<PublishedFacts>>();

  readonly #clock: () => number;

  /** `clock` in milliseconds from any fixed point. */
  constructor(sources: DomainSources, clock: () => number = () => performance.now()) {
    this.#sources = sources;
    this.#clock = clock;
  }

  /** Never rejects for what a name server answers. */
  async facts(credential: Sender, ses: SesIdentities): Promise<Gathered<DomainFacts, 'not-configured'>> {
    const domain = senderDomain(credential, ses);
    if (!domain.known) return domain;
    const dns = withPatience(this.#sources.dns, PATIENCE_MS, this.#clock);
    const identity = signingIdentity(credential, ses);
    return known({
      ...(await this.#of(dns, domain.value, identity ? keysOf(identity) : [])),
      route: await routeFacts(dns, credential.endpoint.host, domain.value),
      envelope: identity?.mailFrom?.status === SUCCESS ? await spfFacts(dns, identity.mailFrom.domain) : null,
    });
  }

  #of(dns: DnsResolver, domain: string, keys: readonly Selector[]): Promise<PublishedFacts> {
    const key = [domain, ...keys.map(keyName)].join(' ');
    const facts = this.#published.get(key) ?? this.#publishedBy(dns, domain, keys);
    this.#published.set(key, facts);
    return facts;
  }

  async #publishedBy(dns: DnsResolver, domain: string, keys: readonly Selector[]): Promise<PublishedFacts> {
    const { askExchanger, fetchPolicy } = this.#sources;
    const mx = await recordsAt(dns, domain, 'MX');
    const [address, dnssec, spf, dkim, dmarc, mtaSts, tlsRpt, bimi, dane] = await Promise.all([
      hasAddress(dns, domain),
      dns.security(domain, 'SOA'),
      spfFacts(dns, domain),
      dkimFacts(dns, domain, [...this.#configured(domain), ...keys]),
      dmarcFacts(dns, domain),
      mtaStsFacts(dns, domain, fetchPolicy),
      tlsRptRecords(dns, domain),
      bimiRecords(dns, domain),
      daneFacts(dns, mx.known ? exchangersOf(mx.value) : [], askExchanger),
    ]);
    return { domain, mx, hasAddress: address, dnssec, spf, dkim, dmarc, mtaSts, tlsRpt, bimi, dane };
  }

  #configured(domain: string): Selector[] {
    return this.#sources.selectors.map((name) => ({ name, domain, source: 'configured' }));
  }
}
