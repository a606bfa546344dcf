import { createHash } from 'node:crypto';
import type { RecordData, SecurityStatus } from '../net/dns/dns.ts';
import { type Gathered, known } from '../net/dns/dns.ts';
import type { DaneHost } from './dane/dane.ts';
import { type DkimSelector, keyName } from './dkim/dkim.ts';
import type { DmarcFacts } from './dmarc/dmarc.ts';
import type { MtaStsFacts } from './mta-sts/mta-sts.ts';
import type { RouteFacts } from './route-facts.ts';
import type { SpfFacts } from './spf/spf.ts';

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
