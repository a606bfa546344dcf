import type { DnsResolver } from '../../net/dns/dns.ts';
import { recordsOf } from '../../net/dns/dns.ts';
import { type Gathered, known } from '../../net/gathered.ts';
import { type DkimKey, parseDkimKey } from './dkim-key.ts';

/** Where a selector comes from; those of providers are guesses, the others are in use. */
export type SelectorSource = 'configured' | 'ses' | 'well-known';

export interface Selector {
  readonly name: string;
  /** What is signed for: the sender domain, or the identity of Amazon SES that covers it. */
  readonly domain: string;
  readonly source: SelectorSource;
}

export interface DkimSelector extends Selector {
  /** Null: no key record. */
  readonly key: Gathered<DkimKey | null>;
}

/** Selectors that providers give to all or most of their customers; the DNS cannot be asked for a list. */
const WELL_KNOWN = [
  'default',
  'dkim',
  'mail',
  'k1',
  'k2',
  'k3',
  's1',
  's2',
  'selector1',
  'selector2',
  'google',
  'fm1',
  'fm2',
  'fm3',
  'mailjet',
  'mandrill',
  'mxvault',
  'pm',
  'protonmail',
  'resend',
  'smtp',
  'zoho',
];

/** Keys under all selectors that are known of the domain, each selector once, the surest source first. */
export function dkimFacts(
  dns: DnsResolver,
  domain: string,
  used: readonly Selector[],
): Promise<readonly DkimSelector[]> {
  const guessed = WELL_KNOWN.map((name): Selector => ({ name, domain, source: 'well-known' }));
  const selectors = new Map([...guessed, ...used].map((selector) => [keyName(selector), selector]));
  return Promise.all(
    [...selectors.values()].map(async (selector) => ({ ...selector, key: await keyAt(dns, selector) })),
  );
}

/** Where the key of a selector is (RFC 6376 section 3.6.2.1). */
export function keyName({ name, domain }: Pick<Selector, 'name' | 'domain'>): string {
  return `${name}._domainkey.${domain}`;
}

async function keyAt(dns: DnsResolver, selector: Selector): Promise<Gathered<DkimKey | null>> {
  const records = recordsOf(await dns.query(keyName(selector), 'TXT'));
  if (!records.known) return records;
  const keys = records.value.map((strings) => parseDkimKey(strings.join('')));
  return known(keys.find((key) => key !== null) ?? null);
}
