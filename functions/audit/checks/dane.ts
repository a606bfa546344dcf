import {
  type DaneHost,
  isOfServer,
  isUsable,
  matchesTlsa,
  type PresentedCertificate,
} from '../../mail-domain/dane/dane.ts';
import type { TlsaRecord } from '../../net/dns/dns.ts';
import { rfc } from '../../smtp/reference.ts';
import { type Check, fail, info, notApplicable, type Outcome, pass, unknown, warn } from '../check.ts';
import { onDomain } from '../subjects/domain.ts';

export const daneChecks: readonly Check[] = [
  {
    id: 'dane.tlsa',
    practices: [10],
    title: 'DANE for the mail exchangers',
    severity: 'high',
    needs: ['domain'],
    why: 'Senders that follow DANE do not deliver where no signed TLSA record matches the certificate, and they ignore unsigned records.',
    remediation:
      'Publish 3 1 1 records in a DNSSEC-signed zone, and the record for the next key before the certificate changes.',
    reference: rfc(7672, '3.1'),
    rule: onDomain(({ dane }, { examinedAt }) => {
      if (dane.length === 0) return notApplicable('The domain has no mail exchangers.');
      const outcomes = dane.map((host) => hostOutcome(host, examinedAt));
      const plain = outcomes.filter(({ status }) => status === 'info').length;
      if (plain === dane.length) return info('No mail exchanger has TLSA records.');
      if (plain > 0) outcomes.push(warn(`${plain} of ${dane.length} mail exchangers have no TLSA records.`));
      return worst(outcomes);
    }),
  },
];

const ORDER = ['fail', 'unknown', 'warn', 'pass', 'info'];

function worst(outcomes: readonly Outcome[]): Outcome {
  const [first] = outcomes.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  return first ?? info('No mail exchanger has TLSA records.');
}

function hostOutcome({ host, records, security, presented }: DaneHost, now: number): Outcome {
  if (!records.known) return unknown(records.reason, `TLSA of ${host} was not read: ${records.detail}.`);
  if (records.value.length === 0) return info(`${host} has no TLSA records.`);
  if (!security.known) return unknown(security.reason, `TLSA of ${host}: ${security.detail}.`);
  if (security.value === 'bogus') return fail(`The TLSA records of ${host} do not pass DNSSEC validation.`);
  if (security.value === 'insecure')
    return warn(`TLSA records of ${host} without DNSSEC: senders ignore them.`);
  const usable = records.value.filter(isUsable);
  if (usable.length === 0)
    return warn(`No TLSA record of ${host} is of a kind that is used for mail: ${listed(records.value)}.`);
  return presented?.known === true
    ? matchOutcome({ host, usable, all: records.value, presented: presented.value, now })
    : unknown(
        presented?.reason ?? 'not-reached',
        `${host} has signed TLSA records (${listed(usable)}); its certificate was not seen: ${presented?.detail}.`,
      );
}

interface Match {
  readonly host: string;
  readonly usable: readonly TlsaRecord[];
  readonly all: readonly TlsaRecord[];
  readonly presented: readonly PresentedCertificate[];
  readonly now: number;
}

function matchOutcome({ host, usable, all, presented, now }: Match): Outcome {
  const matching = usable.filter((record) => matchesTlsa(record, presented));
  if (matching.length === 0)
    return fail(`No TLSA record of ${host} matches its certificate: ${listed(usable)}.`);
  if ((presented[0]?.validTo ?? now) < now) return expiredOutcome(host, matching);
  return usable.length < all.length
    ? warn(`${host} has a match, and records of a kind that is not used for mail: ${listed(all)}.`)
    : pass(`${matching.length} of ${usable.length} TLSA records of ${host} match its certificate.`);
}

/** RFC 7671 sections 5.1 and 5.2: DANE-EE does not look at dates, DANE-TA does. */
function expiredOutcome(host: string, matching: readonly TlsaRecord[]): Outcome {
  const evidence = `${listed(matching)} of ${host} matches its certificate, which has expired`;
  return matching.some(isOfServer)
    ? warn(`${evidence}; senders that follow DANE do not mind.`)
    : fail(`${evidence}: senders that follow DANE do not deliver.`);
}

function listed(records: readonly TlsaRecord[]): string {
  return records.map(({ usage, selector, matching }) => `${usage} ${selector} ${matching}`).join(', ');
}
