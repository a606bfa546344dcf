import type { DnsResolver } from '../../net/dns/dns.ts';
import type { Gathered } from '../../net/gathered.ts';
import { parseTagList, published } from '../records.ts';

/** An assertion record of BIMI (draft-brand-indicators-for-message-identification, section 4.2). */
export interface BimiRecord {
  /** Where the logo is: the l= tag; empty: the domain declines to show one. */
  readonly logo: string;
  /** Whether that is an https: URI. */
  readonly isServedSafely: boolean;
}

const VERSION = /^v\s*=\s*BIMI1\s*(;|$)/i;

/** Of the selector that mail without a BIMI-Selector header has. */
export function bimiRecords(dns: DnsResolver, domain: string): Promise<Gathered<readonly string[]>> {
  return published(dns, `default._bimi.${domain}`, VERSION);
}

export function parseBimiRecord(text: string): BimiRecord {
  const logo = parseTagList(text).tags.get('l') ?? '';
  return { logo, isServedSafely: /^https:\/\//i.test(logo) };
}
