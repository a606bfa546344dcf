import { covering, type NamedIdentity } from '../audit/facts/covering.ts';
import type { SesFacts } from '../audit/facts/ses.ts';
import type { DnsResolver } from '../net/dns/dns.ts';
import { withPatience } from '../net/dns/run-dns.ts';
import { type Gathered, known } from '../net/gathered.ts';
import type { Credential } from '../secrets/credential.ts';
import { type AskExchanger, daneFacts } from './dane/dane-facts.ts';
import { dkimFacts, keyName, type Selector } from './dkim/dkim-facts.ts';
import { dmarcFacts } from './dmarc/dmarc-facts.ts';
import type { DomainFacts, PublishedFacts } from './domain-facts.ts';
import { exchangersOf } from './exchangers.ts';
import type { FetchPolicy, PolicyAnswer } from './mta-sts/policy-file.ts';
import { published, recordsAt } from './published.ts';
import { routeFacts } from './route-facts.ts';
import { senderDomain } from './sender-domain.ts';
import { spfFacts } from './spf/spf-facts.ts';

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
const MTA_STS = /^v\s*=\s*STSv1\s*(;|$)/i;
const TLS_RPT = /^v\s*=\s*TLSRPTv1\s*(;|$)/i;
const BIMI = /^v\s*=\s*BIMI1\s*(;|$)/i;

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
  async facts(credential: Credential, ses: SesFacts): Promise<Gathered<DomainFacts, 'not-configured'>> {
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
    const { askExchanger } = this.#sources;
    const mx = await recordsAt(dns, domain, 'MX');
    const [address, dnssec, spf, dkim, dmarc, mtaSts, tlsRpt, bimi, dane] = await Promise.all([
      hasAddress(dns, domain),
      dns.security(domain, 'SOA'),
      spfFacts(dns, domain),
      dkimFacts(dns, domain, [...this.#configured(domain), ...keys]),
      dmarcFacts(dns, domain),
      this.#mtaSts(dns, domain),
      published(dns, `_smtp._tls.${domain}`, TLS_RPT),
      published(dns, `default._bimi.${domain}`, BIMI),
      daneFacts(dns, mx.known ? exchangersOf(mx.value) : [], askExchanger),
    ]);
    return { domain, mx, hasAddress: address, dnssec, spf, dkim, dmarc, mtaSts, tlsRpt, bimi, dane };
  }

  #configured(domain: string): Selector[] {
    return this.#sources.selectors.map((name) => ({ name, domain, source: 'configured' }));
  }

  async #mtaSts(dns: DnsResolver, domain: string): Promise<PublishedFacts['mtaSts']> {
    const records = await published(dns, `_mta-sts.${domain}`, MTA_STS);
    const asked = records.known && records.value.length > 0;
    return { records, policy: asked ? await this.#policyOf(dns, domain) : null };
  }

  async #policyOf(dns: DnsResolver, domain: string): Promise<PolicyAnswer> {
    const host = await hasAddress(dns, `mta-sts.${domain}`);
    if (!host.known) return { kind: 'unreached', reason: host.reason, code: host.detail };
    return host.value ? this.#sources.fetchPolicy(domain) : { kind: 'absent' };
  }
}

async function hasAddress(dns: DnsResolver, domain: string): Promise<Gathered<boolean>> {
  const [ipv4, ipv6] = await Promise.all([recordsAt(dns, domain, 'A'), recordsAt(dns, domain, 'AAAA')]);
  if (!ipv4.known) return ipv4;
  return ipv6.known ? known(ipv4.value.length + ipv6.value.length > 0) : ipv6;
}

/** The identity that Amazon SES takes the DKIM key and the MAIL FROM domain of: the most specific one. */
function signingIdentity({ from, provider }: Credential, ses: SesFacts): NamedIdentity | null {
  if (provider?.type !== 'ses' || provider.region !== ses.region || !from || !ses.identities.known)
    return null;
  return covering(from, ses.identities.value)[0] ?? null;
}

/** Amazon SES signs as the identity, not as the sender, which may be a subdomain of it. */
function keysOf({ name, dkimEnabled, dkimTokens }: NamedIdentity): Selector[] {
  const domain = name.slice(name.lastIndexOf('@') + 1);
  return dkimEnabled ? dkimTokens.map((token) => ({ name: token, domain, source: 'ses' })) : [];
}
