import { createHash } from 'node:crypto';
import { known, missing } from '../../../../functions/audit/check.ts';
import type { DaneHost } from '../../../../functions/mail-domain/dane/dane.ts';
import type { TlsaRecord } from '../../../../functions/net/dns/dns.ts';
import { withDomain } from '../sound-domain.ts';
import { DAY, NOW } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const LEAF = {
  certificate: Buffer.from('leaf certificate'),
  publicKey: Buffer.from('leaf key'),
  validTo: NOW + DAY,
};
const AUTHORITY = {
  certificate: Buffer.from('authority certificate'),
  publicKey: Buffer.from('authority key'),
  validTo: NOW + DAY,
};
const hash = (algorithm: string, octets: Buffer) => createHash(algorithm).update(octets).digest('hex');
const tlsa = (usage: number, selector: number, matching: number, data: string): TlsaRecord => ({
  usage,
  selector,
  matching,
  data,
});
const LEAF_KEY = tlsa(3, 1, 1, hash('sha256', LEAF.publicKey));
const host = (records: readonly TlsaRecord[], changes: Partial<DaneHost> = {}): DaneHost => ({
  host: 'mx1.example.com',
  records: known(records),
  security: known('secure'),
  presented: records.length > 0 ? known([LEAF, AUTHORITY]) : null,
  ...changes,
});
const hosts = (...dane: DaneHost[]) => withDomain({ dane });
const records = (...list: TlsaRecord[]) => hosts(host(list));
const expired = (record: TlsaRecord) =>
  hosts(host([record], { presented: known([{ ...LEAF, validTo: NOW - DAY }, AUTHORITY]) }));
const ISSUER_KEY = tlsa(2, 1, 1, hash('sha256', AUTHORITY.publicKey));

export const daneCases: Cases = {
  'dane.tlsa': [
    ['3 1 1', records(LEAF_KEY), 'pass'],
    ['3 1 2', records(tlsa(3, 1, 2, hash('sha512', LEAF.publicKey))), 'pass'],
    ['3 1 0', records(tlsa(3, 1, 0, LEAF.publicKey.toString('hex'))), 'pass'],
    ['3 0 1', records(tlsa(3, 0, 1, hash('sha256', LEAF.certificate))), 'pass'],
    ['2 0 1', records(tlsa(2, 0, 1, hash('sha256', AUTHORITY.certificate))), 'pass'],
    ['3 1 1 of a certificate that has expired', expired(LEAF_KEY), 'warn'],
    ['2 1 1 above a certificate that has expired', expired(ISSUER_KEY), 'fail'],
    ['2 1 1 of the server itself', records(tlsa(2, 1, 1, hash('sha256', LEAF.publicKey))), 'fail'],
    ['3 1 1 of the authority', records(tlsa(3, 1, 1, hash('sha256', AUTHORITY.publicKey))), 'fail'],
    ['this key and the next', records(LEAF_KEY, tlsa(3, 1, 1, hash('sha256', Buffer.from('next')))), 'pass'],
    ['only the next', records(tlsa(3, 1, 1, hash('sha256', Buffer.from('next')))), 'fail'],
    ['1 1 1', records(tlsa(1, 1, 1, hash('sha256', LEAF.publicKey))), 'warn', 'used for mail: 1 1 1.'],
    ['0 0 1 beside 3 1 1', records(LEAF_KEY, tlsa(0, 0, 1, hash('sha256', AUTHORITY.certificate))), 'warn'],
    ['a hash that is too short', records(tlsa(3, 1, 1, 'abcd')), 'warn'],
    ['an unknown selector', records(tlsa(3, 2, 1, LEAF_KEY.data)), 'warn'],
    ['an unknown hash', records(tlsa(3, 1, 3, LEAF_KEY.data)), 'warn'],
    ['not signed', hosts(host([LEAF_KEY], { security: known('insecure') })), 'warn'],
    ['bogus', hosts(host([LEAF_KEY], { security: known('bogus') })), 'fail'],
    ['no record at one of two', hosts(host([LEAF_KEY]), host([])), 'warn'],
    ['no record', hosts(host([])), 'info'],
    ['no exchanger', {}, 'not-applicable'],
    [
      'port 25 is closed to us',
      hosts(host([LEAF_KEY], { presented: missing('egress-blocked', 'no connect') })),
      'egress-blocked',
    ],
    ['not read', hosts(host([], { records: missing('timeout', 'DNS ETIMEOUT') })), 'timeout'],
    [
      'the DNSSEC status is not known',
      hosts(host([LEAF_KEY], { security: missing('dns-failed', 'HTTP 500') })),
      'dns-failed',
    ],
  ],
};
