import { parseTagList } from '../records.ts';

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
export const DMARC_VERSION = /^[vV]\s*=\s*DMARC1\s*(;|$)/;

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
