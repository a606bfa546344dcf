import type { DnsResolver } from '../net/dns/dns.ts';
import { type RecordType, recordsOf } from '../net/dns/dns.ts';
import { type Gathered, known } from '../net/gathered.ts';
import { textsOf } from './dmarc/tag-list.ts';

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
