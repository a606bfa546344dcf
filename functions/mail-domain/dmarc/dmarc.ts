import { type DnsResolver, type Gathered, known, missing } from '../../net/dns/dns.ts';
import { parseTagList, published } from '../records.ts';

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

const ONE_STEP_LOWER: Readonly<Record<DmarcPolicy, DmarcPolicy>> = {
  reject: 'quarantine',
  quarantine: 'none',
  none: 'none',
};

/** What receivers are asked to do with mail of the author domain that fails (RFC 9989 section 4.7). */
export function effectivePolicy(dmarc: Pick<DmarcFacts, 'applied' | 'steps' | 'exists'>): DmarcPolicy {
  const [record] = dmarc.applied?.records ?? [];
  if (!record) return 'none';
  const own = dmarc.applied?.domain === dmarc.steps[0]?.domain;
  const inherited = record.subdomains ?? record.policy;
  const chosen = own ? record.policy : dmarc.exists ? inherited : (record.nonexistent ?? inherited);
  const policy = chosen ?? 'none';
  return record.testing ? ONE_STEP_LOWER[policy] : policy;
}

export type DmarcPolicy = 'none' | 'quarantine' | 'reject';
export type AlignmentMode = 'relaxed' | 'strict';

/** A policy record as RFC 9989 section 4.7 has it. */
export interface DmarcRecord {
  /** Null, as are the two below it: to be taken for p=none (section 4.10.1), since one of the three is not valid or p= is missing. */
  readonly policy: DmarcPolicy | null;
  readonly subdomains: DmarcPolicy | null;
  readonly nonexistent: DmarcPolicy | null;
  readonly testing: boolean;
  readonly psd: 'y' | 'n' | 'u';
  readonly dkimAlignment: AlignmentMode;
  readonly spfAlignment: AlignmentMode;
  /** Where aggregate reports go: domains of mail addresses; addresses are personal data and are left out. */
  readonly reportsTo: readonly string[];
  readonly errors: readonly string[];
  /** Tags that RFC 9989 took away, and `!size` of a report address. */
  readonly removed: readonly string[];
}

/** The version is case-sensitive: what fails this is no record, though it means to be one. */
const DMARC_VERSION = /^[vV]\s*=\s*DMARC1\s*(;|$)/;

const POLICIES: readonly string[] = ['none', 'quarantine', 'reject'];
const REMOVED = ['pct', 'rf', 'ri'];
const SIZE = /!\d+[kmgt]?$/i;
const VALUES: Readonly<Record<string, RegExp>> = {
  p: /^(none|quarantine|reject)$/i,
  sp: /^(none|quarantine|reject)$/i,
  np: /^(none|quarantine|reject)$/i,
  adkim: /^[rs]$/i,
  aspf: /^[rs]$/i,
  t: /^[yn]$/i,
  psd: /^[ynu]$/i,
  fo: /^[01ds](\s*:\s*[01ds])*$/i,
};

export function parseDmarcRecord(text: string): DmarcRecord {
  const { tags, errors } = parseTagList(text);
  const uris = (tags.get('rua') ?? '')
    .split(',')
    .map((uri) => uri.trim())
    .filter((uri) => uri !== '');
  const bad = Object.entries(VALUES).flatMap(([tag, pattern]) => {
    const value = tags.get(tag);
    return value === undefined || pattern.test(value) ? [] : [`${tag}= has no valid value`];
  });
  const noUri = uris.some((uri) => !/^[a-z][a-z0-9+.-]*:\S+$/i.test(uri))
    ? ['rua= is not a list of URIs']
    : [];
  const value = (tag: string) => tags.get(tag)?.toLowerCase();
  return {
    ...policiesOf(value('p'), value('sp'), value('np')),
    testing: value('t') === 'y',
    psd: value('psd') === 'y' ? 'y' : value('psd') === 'n' ? 'n' : 'u',
    dkimAlignment: value('adkim') === 's' ? 'strict' : 'relaxed',
    spfAlignment: value('aspf') === 's' ? 'strict' : 'relaxed',
    reportsTo: uris.flatMap(mailDomain),
    errors: [...errors, ...bad, ...noUri],
    removed: [
      ...REMOVED.filter((tag) => tags.has(tag)),
      ...(uris.some((uri) => SIZE.test(uri)) ? ['!size'] : []),
    ],
  };
}

type Policies = Pick<DmarcRecord, 'policy' | 'subdomains' | 'nonexistent'>;

function policiesOf(p: string | undefined, sp: string | undefined, np: string | undefined): Policies {
  const [policy, subdomains, nonexistent] = [policyOf(p), policyOf(sp), policyOf(np)];
  const wrong = (value: string | undefined, read: DmarcPolicy | null) => value !== undefined && read === null;
  return policy === null || wrong(sp, subdomains) || wrong(np, nonexistent)
    ? { policy: null, subdomains: null, nonexistent: null }
    : { policy, subdomains, nonexistent };
}

function policyOf(value: string | undefined): DmarcPolicy | null {
  return value !== undefined && POLICIES.includes(value) ? (value as DmarcPolicy) : null;
}

function mailDomain(uri: string): string[] {
  const domain = /^mailto:.*@([a-z0-9._-]+)(?:[?!]|$)/i.exec(uri)?.[1];
  return domain ? [domain.toLowerCase().replace(/\.$/, '')] : [];
}

/** An assertion record of BIMI (draft-brand-indicators-for-message-identification, section 4.2). */
export interface BimiRecord {
  /** Where the logo is: the l= tag; empty: the domain declines to show one. */
  readonly logo: string;
  /** Whether that is an https: URI. */
  readonly isServedSafely: boolean;
}

const BIMI_VERSION = /^v\s*=\s*BIMI1\s*(;|$)/i;

/** Of the selector that mail without a BIMI-Selector header has. */
export function bimiRecords(dns: DnsResolver, domain: string): Promise<Gathered<readonly string[]>> {
  return published(dns, `default._bimi.${domain}`, BIMI_VERSION);
}

export function parseBimiRecord(text: string): BimiRecord {
  const logo = parseTagList(text).tags.get('l') ?? '';
  return { logo, isServedSafely: /^https:\/\//i.test(logo) };
}
