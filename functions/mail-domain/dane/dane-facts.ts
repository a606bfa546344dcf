import { createHash } from 'node:crypto';
import type { DnsResolver, Security, TlsaRecord } from '../../net/dns/dns.ts';
import { type Gathered, type LookupFailure, missing } from '../../net/gathered.ts';
import type { InterruptionReason } from '../../smtp/probe/facts.ts';
import { recordsAt } from '../published.ts';

/** The certificates that a mail exchanger presents after STARTTLS, its own first; DER. */
export interface PresentedCertificate {
  readonly certificate: Buffer;
  /** Null when it is not readable. */
  readonly publicKey: Buffer | null;
  /** Milliseconds since 1970. */
  readonly validTo: number;
}

/** Asks a mail exchanger on port 25. */
export type AskExchanger = (
  host: string,
) => Promise<Gathered<readonly PresentedCertificate[], InterruptionReason>>;

export interface DaneHost {
  readonly host: string;
  readonly records: Gathered<readonly TlsaRecord[]>;
  /** Not asked when there is no record to be signed. */
  readonly security: Gathered<Security, LookupFailure | 'not-reached'>;
  /** Null when there is nothing to compare with. */
  readonly presented: Gathered<readonly PresentedCertificate[], InterruptionReason> | null;
}

/** More exchangers than any sound domain has; each costs queries and a connection. */
const MOST_HOSTS = 10;

/** TLSA records of the mail exchangers (RFC 7672 section 2.2.3). */
export function daneFacts(
  dns: DnsResolver,
  exchangers: readonly string[],
  ask: AskExchanger,
): Promise<readonly DaneHost[]> {
  return Promise.all(
    exchangers.slice(0, MOST_HOSTS).map(async (host): Promise<DaneHost> => {
      const name = `_25._tcp.${host}`;
      const records = await recordsAt(dns, name, 'TLSA');
      const some = records.known && records.value.length > 0;
      return {
        host,
        records,
        security: some ? await dns.security(name, 'TLSA') : missing('not-reached', 'no TLSA records'),
        presented: some ? await ask(host) : null,
      };
    }),
  );
}

const DANE_TA = 2;
const DANE_EE = 3;
const HASHES: Readonly<Record<number, string>> = { 1: 'sha256', 2: 'sha512' };
const HASH_OCTETS: Readonly<Record<number, number>> = { 1: 32, 2: 64 };

/** RFC 7672 section 3.1: only DANE-TA and DANE-EE count for mail. */
export function isUsable({ usage, selector, matching, data }: TlsaRecord): boolean {
  const octets = HASH_OCTETS[matching];
  const wellFormed = octets === undefined ? data.length > 0 : data.length === 2 * octets;
  return (usage === DANE_TA || usage === DANE_EE) && selector <= 1 && matching <= 2 && wellFormed;
}

/** DANE-EE. */
export function isOfServer({ usage }: TlsaRecord): boolean {
  return usage === DANE_EE;
}

/** DANE-EE speaks of the server's own certificate, DANE-TA of one above it. */
export function matchesTlsa(record: TlsaRecord, presented: readonly PresentedCertificate[]): boolean {
  const candidates = isOfServer(record) ? presented.slice(0, 1) : presented.slice(1);
  return candidates.some((candidate) => {
    const octets = record.selector === 0 ? candidate.certificate : candidate.publicKey;
    if (!octets) return false;
    const hash = HASHES[record.matching];
    const data = hash === undefined ? octets : createHash(hash).update(octets).digest();
    return data.toString('hex') === record.data;
  });
}
