import { createHash } from 'node:crypto';
import {
  type DnsResolver,
  type Gathered,
  known,
  type RecordData,
  type SecurityStatus,
  withPatience,
} from '../net/dns/dns.ts';
import { type AskExchanger, type DaneHost, daneFacts } from './dane/dane.ts';
import { type DkimSelector, dkimFacts, keyName, type Selector } from './dkim/dkim.ts';
import { bimiRecords, type DmarcFacts, dmarcFacts } from './dmarc/dmarc.ts';
import { type FetchPolicy, type MtaStsFacts, mtaStsFacts, tlsRptRecords } from './mta-sts/mta-sts.ts';
import { hasAddress, recordsAt } from './records.ts';
import { type RouteFacts, routeFacts } from './route-facts.ts';
import { keysOf, type Sender, type SesIdentities, senderDomain, signingIdentity } from './sender.ts';
import { type SpfFacts, spfFacts } from './spf/spf.ts';

/** What a domain says of its mail in the DNS; the same for all credentials that send as it. */
export interface PublishedFacts {
  readonly domain: string;
  /** Whether it has an address record: without MX records mail goes there (RFC 5321 section 5.1). */
  readonly hasAddress: Gathered<boolean>;
  readonly mx: Gathered<readonly RecordData['MX'][]>;
  readonly dnssec: Gathered<SecurityStatus>;
  readonly spf: SpfFacts;
  readonly dkim: readonly DkimSelector[];
  readonly dmarc: Gathered<DmarcFacts>;
  readonly mtaSts: MtaStsFacts;
  readonly tlsRpt: Gathered<readonly string[]>;
  readonly bimi: Gathered<readonly string[]>;
  readonly dane: readonly DaneHost[];
}

/** The domain that a credential sends as, and the way its mail takes. */
export interface DomainFacts extends PublishedFacts {
  readonly route: RouteFacts;
  /** Of MAIL FROM where it is another domain (a custom one of Amazon SES); null: it is the sender's. */
  readonly envelope: SpfFacts | null;
}

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

/** Hosts that take mail for a domain; a null MX (RFC 7505) is none. */
export function exchangersOf(records: readonly RecordData['MX'][]): string[] {
  return records.filter((record) => !isNullMx(record)).map(({ exchange }) => exchange.toLowerCase());
}

export function isNullMx({ exchange }: RecordData['MX']): boolean {
  return exchange === '' || exchange === '.';
}

type Values = Gathered<readonly string[]>;

/** The records that decide what becomes of a domain's mail: `<type> <name>`, and SHA-256 (hexadecimal) of the values. */
export function seenRecords(facts: DomainFacts): [name: string, sha256: Gathered<string>][] {
  return rows(facts).map(([name, values]) => [name, values.known ? known(hashOf(values.value)) : values]);
}

/** Whatever the order in which a name server puts them. */
function hashOf(values: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(values.toSorted())).digest('hex');
}

function rows({ domain, mx, spf, dmarc, mtaSts, tlsRpt, dkim }: DomainFacts): [string, Values][] {
  const exchangers = mx.known
    ? known(mx.value.map(({ preference, exchange }) => `${preference} ${exchange}`))
    : mx;
  const steps = dmarc.known ? dmarc.value.steps : [];
  return [
    [`MX ${domain}`, exchangers],
    [`TXT ${domain}`, spf.records],
    [`TXT _mta-sts.${domain}`, mtaSts.records],
    [`TXT _smtp._tls.${domain}`, tlsRpt],
    ...steps.map(({ domain: at, texts }): [string, Values] => [`TXT _dmarc.${at}`, known(texts)]),
    ...dkim.flatMap(({ key, ...selector }): [string, Values][] =>
      key.known && key.value ? [[`TXT ${keyName(selector)}`, known([key.value.text])]] : [],
    ),
  ];
}
