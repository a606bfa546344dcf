import type { DnsResolver } from '../../net/dns/dns.ts';
import { type Gathered, known, missing } from '../../net/gathered.ts';
import { published } from '../published.ts';
import { DMARC_VERSION } from './dmarc-record.ts';
import { type DmarcWalk, walkDmarc } from './dmarc-walk.ts';

export interface DmarcFacts extends DmarcWalk {
  /** Whether the author domain is in the DNS at all: `np` is for those that are not. */
  readonly exists: boolean;
  /** Report receivers of another organization, and whether they have said that they take reports (RFC 9990 section 4). */
  readonly receivers: readonly { readonly domain: string; readonly consents: Gathered<boolean> }[];
}

/** Each may cost nine queries, and a record has room for thousands; reporters take two at least (RFC 9990 section 4). */
const MOST_RECEIVERS = 10;

/** The DMARC policy that applies to an author domain. */
export async function dmarcFacts(dns: DnsResolver, domain: string): Promise<Gathered<DmarcFacts>> {
  const walk = await walkDmarc(dns, domain);
  if (!walk.known) return walk;
  const { kind } = await dns.query(domain, 'A');
  const receivers = await receiversOf(dns, walk.value);
  return known({ ...walk.value, exists: kind !== 'not-found', receivers });
}

async function receiversOf(dns: DnsResolver, walk: DmarcWalk): Promise<DmarcFacts['receivers']> {
  const [record] = walk.applied?.records ?? [];
  const targets = [...new Set(record?.reportsTo)].slice(0, MOST_RECEIVERS);
  const answers = await Promise.all(
    targets.map(async (domain) => ({ domain, consents: await consents(dns, walk, domain) })),
  );
  return answers.flatMap(({ domain, consents }) => (consents ? [{ domain, consents }] : []));
}

/** Null: the receiver is of the same organization, which needs no consent. */
async function consents(
  dns: DnsResolver,
  { applied, organization }: DmarcWalk,
  target: string,
): Promise<Gathered<boolean> | null> {
  const from = applied?.domain ?? '';
  const own = organization ?? from;
  if (target === own || target.endsWith(`.${own}`)) return null;
  const foreign = await isForeign(dns, organization, target);
  if (foreign.known && !foreign.value) return null;
  const found = await published(dns, `${from}._report._dmarc.${target}`, DMARC_VERSION);
  if (!found.known || found.value.length > 0) return found.known ? known(true) : found;
  return foreign.known ? known(false) : foreign;
}

async function isForeign(
  dns: DnsResolver,
  organization: string | null,
  target: string,
): Promise<Gathered<boolean>> {
  const walk = await walkDmarc(dns, target);
  if (!walk.known) return walk;
  return organization === null || walk.value.organization === null
    ? missing('dns-failed', 'the organizational domain was not found')
    : known(walk.value.organization !== organization);
}
