import type { DnsResolver } from '../../net/dns/dns.ts';
import { type Gathered, known } from '../../net/gathered.ts';
import { published } from '../published.ts';
import { DMARC_VERSION, type DmarcRecord, parseDmarcRecord } from './dmarc-record.ts';

/** RFC 9989 section 4.10: of a longer name, the walk goes on with the last seven labels; so it is at most eight queries. */
const MOST_LABELS = 7;

export interface DmarcStep {
  readonly domain: string;
  readonly texts: readonly string[];
  /** Of each text. */
  readonly records: readonly DmarcRecord[];
}

/** A domain's tree walk: names that were asked, the longest first, and what it comes to. */
export interface DmarcWalk {
  readonly steps: readonly DmarcStep[];
  /** The organizational domain (section 4.10.2); null: the way up could not be read. */
  readonly organization: string | null;
  /** The record that applies to the author domain (section 4.10.1); null: none. */
  readonly applied: DmarcStep | null;
}

/** The DNS tree walk of RFC 9989. A step that cannot be read makes it unknown, unless the first one has its record. */
export async function walkDmarc(dns: DnsResolver, domain: string): Promise<Gathered<DmarcWalk>> {
  const steps: DmarcStep[] = [];
  for (const name of walkNames(domain)) {
    const texts = await published(dns, `_dmarc.${name}`, DMARC_VERSION);
    if (!texts.known) {
      const [own] = steps;
      return own && soleRecord(own) ? known({ steps, organization: null, applied: own }) : texts;
    }
    const step = { domain: name, texts: texts.value, records: texts.value.map(parseDmarcRecord) };
    steps.push(step);
    const record = soleRecord(step);
    if (record && record.psd !== 'u') break;
  }
  const organization = organizationOf(domain, steps);
  return known({ steps, organization, applied: appliedOf(domain, organization, steps) });
}

function walkNames(domain: string): string[] {
  const labels = domain.split('.');
  const shorter = labels.length > MOST_LABELS ? labels.slice(-MOST_LABELS) : labels.slice(1);
  return [domain, ...shorter.map((_label, index) => shorter.slice(index).join('.'))];
}

/** Several records count as none (section 4.10). */
function soleRecord({ records }: DmarcStep): DmarcRecord | null {
  const [record, ...others] = records;
  return record && others.length === 0 ? record : null;
}

function organizationOf(domain: string, steps: readonly DmarcStep[]): string {
  const found = steps.filter((step) => soleRecord(step));
  const last = found.at(-1);
  if (!last) return domain;
  if (soleRecord(last)?.psd !== 'y' || last.domain === domain) return last.domain;
  const labels = last.domain.split('.').length + 1;
  return domain.split('.').slice(-labels).join('.');
}

function appliedOf(domain: string, organization: string, steps: readonly DmarcStep[]): DmarcStep | null {
  const found = steps.filter((step) => soleRecord(step));
  const at = (name: string) => found.find((step) => step.domain === name);
  const suffix = found.at(-1);
  const ofSuffix = suffix && soleRecord(suffix)?.psd === 'y' ? suffix : null;
  return at(domain) ?? at(organization) ?? ofSuffix;
}
