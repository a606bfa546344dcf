import type { RecordData } from '../net/dns/dns.ts';

/** Hosts that take mail for a domain; a null MX (RFC 7505) is none. */
export function exchangersOf(records: readonly RecordData['MX'][]): string[] {
  return records.filter((record) => !isNullMx(record)).map(({ exchange }) => exchange.toLowerCase());
}

export function isNullMx({ exchange }: RecordData['MX']): boolean {
  return exchange === '' || exchange === '.';
}
