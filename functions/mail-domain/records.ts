import { type DnsResolver, type Gathered, known, type RecordType, recordsOf } from '../net/dns/dns.ts';

/** The TXT records at `name` that begin as `version` says. */
export async function published(
  dns: DnsResolver,
  name: string,
  version: RegExp,
): Promise<Gathered<readonly string[]>> {
  const records = recordsOf(await dns.query(name, 'TXT'));
  return records.known ? known(textsOf(records.value, version)) : records;
}

export async function recordsAt<T extends RecordType>(dns: DnsResolver, name: string, type: T) {
  return recordsOf(await dns.query(name, type));
}

export async function hasAddress(dns: DnsResolver, domain: string): Promise<Gathered<boolean>> {
  const [ipv4, ipv6] = await Promise.all([recordsAt(dns, domain, 'A'), recordsAt(dns, domain, 'AAAA')]);
  if (!ipv4.known) return ipv4;
  return ipv6.known ? known(ipv4.value.length + ipv6.value.length > 0) : ipv6;
}

/** A list of `tag=value` (RFC 6376 section 3.2), as DKIM, DMARC, MTA-STS, TLS-RPT and BIMI write their records. */
export interface TagList {
  readonly tags: ReadonlyMap<string, string>;
  /** What breaks the grammar, in words. */
  readonly errors: readonly string[];
}

const NAME = /^[a-z][a-z0-9_-]*$/i;

/** Tag names are case-sensitive and must not repeat. */
export function parseTagList(text: string): TagList {
  const tags = new Map<string, string>();
  const errors: string[] = [];
  const parts = text.split(';').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  for (const part of parts) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(0, at)).trim();
    if (part === '') errors.push('an empty tag');
    else if (!NAME.test(name)) errors.push(`no tag: ${part.slice(0, 40)}`);
    else if (tags.has(name)) errors.push(`tag ${name} twice`);
    else tags.set(name, part.slice(at + 1).trim());
  }
  return { tags, errors };
}

/** Those of several TXT records that are of one kind, each joined to one text (RFC 7208 section 3.3 and its like). */
function textsOf(records: readonly (readonly string[])[], version: RegExp): string[] {
  return records.map((strings) => strings.join('')).filter((text) => version.test(text));
}
