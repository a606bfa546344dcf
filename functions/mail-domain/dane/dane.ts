import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { publicKeyInfo } from '../../net/certificate.ts';
import {
  type DnsResolver,
  type Gathered,
  known,
  type LookupFailure,
  missing,
  type SecurityStatus,
  type TlsaRecord,
} from '../../net/dns/dns.ts';
import type { Network } from '../../net/network.ts';
import { shownName } from '../../observe/shown.ts';
import { upgrade } from '../../smtp/probe/dialogue.ts';
import type { InterruptionReason } from '../../smtp/probe/facts.ts';
import { Interrupted, withLine } from '../../smtp/probe/line-connection.ts';
import { auditOptions } from '../../smtp/probe/tls-session.ts';
import { recordsAt } from '../records.ts';

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
  readonly security: Gathered<SecurityStatus, LookupFailure | 'not-reached'>;
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

const LIMIT_MS = 10_000;
const SMTP_PORT = 25;
/** Longer chains than any server sends; a certificate that is its own issuer ends one. */
const LONGEST_CHAIN = 10;

/**
 * The certificates that a mail exchanger presents after STARTTLS, on port 25, or `port`. AWS blocks that port from Lambda
 * unless it was asked to open it, so the answer is often why there is none. Never rejects.
 */
export function exchangersOver(network: Network, port = SMTP_PORT): AskExchanger {
  return async (host) => {
    const endpoint = { host, port, security: 'starttls' } as const;
    try {
      const server = { endpoint, network, deadline: performance.now() + LIMIT_MS };
      return await withLine(server, async (line) => {
        await upgrade(line);
        return known(chainOf(await line.secure(auditOptions(endpoint))));
      });
    } catch (error) {
      if (error instanceof Interrupted) return missing(error.reason, error.code);
      return missing('unreachable', shownName(error));
    }
  };
}

function chainOf(socket: TLSSocket): PresentedCertificate[] {
  const chain: PresentedCertificate[] = [];
  let certificate = socket.getPeerX509Certificate();
  while (certificate && chain.length < LONGEST_CHAIN) {
    chain.push({
      certificate: certificate.raw,
      validTo: Date.parse(certificate.validTo),
      publicKey: publicKeyInfo(certificate),
    });
    certificate = certificate.issuerCertificate;
  }
  return chain;
}
