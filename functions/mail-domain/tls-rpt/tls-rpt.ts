import type { DnsResolver } from '../../net/dns/dns.ts';
import type { Gathered } from '../../net/gathered.ts';
import { parseTagList, published } from '../records.ts';

/** A record of RFC 8460 section 3. */
export interface TlsRptRecord {
  /** Whether it begins with the version, which is case-sensitive. */
  readonly hasVersion: boolean;
  /** What breaks the grammar, in words. */
  readonly errors: readonly string[];
  /** Where reports go; each a `mailto:` or `https:` URI where `hasUris`. */
  readonly uris: readonly string[];
  readonly hasUris: boolean;
}

/** What means to be one, by whatever capitals and blanks. */
const MEANT = /^v\s*=\s*TLSRPTv1\s*(;|$)/i;
const VERSION = /^v=TLSRPTv1[ \t]*;/;
const URI = /^(mailto:[^@\s]+@[^@\s]+|https:\/\/\S+)$/i;

export function tlsRptRecords(dns: DnsResolver, domain: string): Promise<Gathered<readonly string[]>> {
  return published(dns, `_smtp._tls.${domain}`, MEANT);
}

export function parseTlsRptRecord(text: string): TlsRptRecord {
  const { tags, errors } = parseTagList(text);
  const uris = (tags.get('rua') ?? '').split(',').map((uri) => uri.trim());
  return {
    hasVersion: VERSION.test(text),
    errors,
    uris,
    hasUris: uris.every((uri) => URI.test(uri)),
  };
}
