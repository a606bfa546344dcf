import { type DomainFacts, exchangersOf, isNullMx, seenRecords } from '../../mail-domain/domains.ts';
import { mailGateway } from '../../mail-domain/mail-providers.ts';
import { caaNames, type SendingAddress } from '../../mail-domain/route-facts.ts';
import type { CaaRecord } from '../../net/dns/dns.ts';
import { rfc } from '../../smtp/reference.ts';
import type { Remembered } from '../../table/items.ts';
import {
  type Check,
  decide,
  fail,
  info,
  notApplicable,
  type Outcome,
  pass,
  unknown,
  warn,
} from '../check.ts';
import type { CredentialFacts } from '../subjects/credential.ts';
import { onDomain } from '../subjects/domain.ts';

export const dnsChecks: readonly Check[] = [
  {
    id: 'dns.mx',
    practices: [9],
    title: 'Mail exchangers',
    severity: 'high',
    needs: ['domain'],
    why: 'Bounces and replies to a domain without mail exchangers are lost, and many receivers refuse such senders.',
    remediation: 'Publish MX records for the domain, or send from a domain that has them.',
    reference: rfc(5321, '5.1'),
    rule: onDomain(({ domain, mx, hasAddress }) =>
      decide(mx, (records) => {
        if (records.length > 0 && records.every(isNullMx)) {
          return notApplicable(`${domain} says that it accepts no mail; see \`dns.null-mx\`.`);
        }
        if (records.length > 0)
          return pass(
            `Mail for ${domain} goes to ${records.length === 1 ? 'one host' : `${records.length} hosts`}.`,
          );
        return decide(hasAddress, (address) =>
          address
            ? warn(`${domain} has no MX record, only an address record that mail falls back to.`)
            : fail(`${domain} has neither MX nor address records.`),
        );
      }),
    ),
  },
  {
    id: 'dns.null-mx',
    practices: [9],
    title: 'Null MX',
    severity: 'medium',
    needs: ['domain'],
    why: 'A null MX says that a domain accepts no mail: receivers may refuse what it sends, since no bounce can be returned.',
    remediation:
      'Send from a domain that accepts mail. A null MX must be the only MX record; beside others it is an error.',
    reference: rfc(7505, '4.2'),
    rule: onDomain(({ domain, mx }) =>
      decide(mx, (records) => {
        if (records.length === 0) return notApplicable(`${domain} has no MX records.`);
        if (!records.some(isNullMx)) return pass(`${domain} has no null MX.`);
        return records.length > 1
          ? fail(`${domain} has a null MX beside other MX records.`)
          : warn(`${domain} has a null MX, yet sends mail.`);
      }),
    ),
  },
  {
    id: 'dns.ptr',
    practices: [8],
    title: 'Reverse DNS of the server',
    severity: 'medium',
    needs: ['domain'],
    why: 'Large receivers refuse mail from addresses whose PTR record is missing or whose name does not resolve back to them.',
    remediation:
      'Have the owner of the address set its PTR record to a name that resolves to this very address.',
    reference: rfc(1912, '2.1'),
    rule: onDomain(({ route }) =>
      route.provider
        ? notApplicable(`The addresses belong to ${route.provider.name}.`)
        : decide(route.addresses, (addresses) => reverseOutcome(addresses, route.host)),
    ),
  },
  {
    id: 'dns.caa',
    practices: [10],
    title: 'Certification Authority Authorization',
    severity: 'low',
    needs: ['domain', 'server'],
    why: 'CAA records keep other CAs from issuing certificates for the host; records that exclude your own CA stop the next renewal.',
    remediation: 'Publish CAA records whose `issue` property names the CA that the server uses.',
    reference: rfc(8659, '4.2'),
    rule: onDomain(({ route }, { server }) =>
      decide(route.caa, (records) => caaOutcome(records, route.host, server)),
    ),
  },
  {
    id: 'dnssec.signed',
    practices: [10],
    title: 'DNSSEC',
    severity: 'medium',
    needs: ['domain'],
    why: 'Without DNSSEC an attacker on the path can forge the records that SPF, DKIM and DMARC rest on; with a broken chain of trust, validating resolvers find none at all.',
    remediation:
      'Sign the zone and publish its DS record in the parent zone; fix a bogus zone at once, or remove the DS record.',
    reference: rfc(4035, '4.3'),
    rule: onDomain(({ domain, dnssec }) =>
      decide(dnssec, (security) => {
        if (security === 'bogus')
          return fail(`${domain} does not pass DNSSEC validation: validating resolvers find nothing.`);
        return security === 'secure'
          ? pass(`${domain} is signed and valid.`)
          : info(`${domain} is not signed.`);
      }),
    ),
  },
  {
    id: 'dns.gateway',
    practices: [12],
    title: 'E-mail gateway',
    severity: 'low',
    needs: ['domain'],
    why: 'Mail that reaches a mail exchanger outside the filtering service is not filtered, and attackers look for just that one.',
    remediation:
      'Point all MX records at the gateway, and have the server behind it accept mail only from there.',
    reference: rfc(5321, '5.1'),
    rule: onDomain(({ mx }) => decide(mx, (records) => gatewayOutcome(exchangersOf(records)))),
  },
  {
    id: 'dns.changed',
    practices: [7, 13],
    title: 'DNS records since the last audit',
    severity: 'medium',
    needs: ['domain', 'history'],
    why: 'Whoever changes these records decides who may send as the domain and where its mail goes; a change that nobody made is the first sign of a hijacked domain.',
    remediation:
      'Compare the records with what you meant to publish. If none of your people changed them, secure the accounts at the registrar and the DNS provider first.',
    reference: rfc(4033, '3.1'),
    rule: onDomain((domain, facts) => driftOutcome(domain, facts.history?.records ?? {})),
  },
];

function driftOutcome(domain: DomainFacts, before: Remembered['records']): Outcome {
  const compared = seenRecords(domain).filter(([name]) => before[name]);
  if (compared.length === 0) return notApplicable('No audit has seen the records of this domain before.');
  const changed = compared.filter(([name, seen]) => seen.known && seen.value !== before[name]?.sha256);
  if (changed.length > 0) {
    const evidence = `Changed since the last audit: ${changed.map(([name]) => name).join(', ')}.`;
    const signed = domain.dnssec.known && domain.dnssec.value === 'secure';
    return signed ? info(`${evidence} DNSSEC vouches for them.`) : warn(evidence);
  }
  for (const [name, seen] of compared) {
    if (!seen.known) return unknown(seen.reason, `${name} was not read: ${seen.detail}.`);
  }
  return pass(`All ${compared.length} records that were seen before are unchanged.`);
}

function reverseOutcome(addresses: readonly SendingAddress[], host: string): Outcome {
  if (addresses.length === 0) {
    return unknown(
      'not-configured',
      `${host} has no public address, and the address it sends from is not known.`,
    );
  }
  const bad = addresses.filter(({ confirmed }) => confirmed.known && confirmed.value.length === 0);
  if (bad.length > 0)
    return fail(`No PTR name that resolves back: ${bad.map(({ address }) => address).join(', ')}.`);
  const unread = addresses.find(({ confirmed }) => !confirmed.known)?.confirmed;
  if (unread && !unread.known) return unknown(unread.reason, `PTR records were not read: ${unread.detail}.`);
  const named = addresses.flatMap(({ address, confirmed }) =>
    confirmed.known ? [`${address} is ${confirmed.value.join(', ')}.`] : [],
  );
  return pass(named.join(' '));
}

/** RFC 8659 section 4, RFC 9495 and the registry of CAA properties. */
const TAGS: readonly string[] = [
  'issue',
  'issuewild',
  'iodef',
  'issuemail',
  'issuevmc',
  'contactemail',
  'contactphone',
];

function caaOutcome(records: readonly CaaRecord[], host: string, server: CredentialFacts['server']): Outcome {
  if (records.length === 0) return info(`No CAA records for ${host}: any CA may issue.`);
  const strange = records.find(({ critical, tag }) => critical && !TAGS.includes(tag.toLowerCase()));
  if (strange) return warn(`No CA may issue for ${host}: a critical property that no CA knows.`);
  const allowed = namesIn(records, 'issue');
  const evidence = `${host} allows ${allowed.filter((name) => name !== '').join(', ') || 'no CA'}.`;
  const issuer = server.known ? server.value.session?.certificate.issuer : undefined;
  if (issuer === undefined) return unknown('not-reached', `${evidence} No certificate was seen.`);
  const names = caaNames(issuer);
  if (allowed.length === 0) return pass(`The CAA records of ${host} restrict no CA.`);
  if (names.length === 0)
    return unknown('not-configured', `${evidence} Which of these names is that of ${issuer} is not known.`);
  // The certificate may be for a wildcard, which issuewild is for.
  const also = [...allowed, ...namesIn(records, 'issuewild')];
  return names.some((name) => also.includes(name))
    ? pass(`${evidence} Its certificate was issued by that CA.`)
    : warn(`${evidence} Its certificate was issued by ${issuer}.`);
}

/** Neither tags nor names are case-sensitive (RFC 8659 section 4.1); empty: nobody. */
function namesIn(records: readonly CaaRecord[], wanted: string): string[] {
  return records
    .filter(({ tag }) => tag.toLowerCase() === wanted)
    .map(({ value }) => value.split(';')[0]?.trim().toLowerCase() ?? '');
}

function gatewayOutcome(exchangers: readonly string[]): Outcome {
  const products = exchangers.map(mailGateway);
  const names = [...new Set(products.filter((name) => name !== null))];
  if (exchangers.length === 0) return notApplicable('The domain has no mail exchangers.');
  if (names.length === 0) return info('No mail exchanger belongs to a known filtering service.');
  const beside = exchangers.filter((_host, index) => products[index] === null);
  return beside.length > 0
    ? warn(`${names.join(', ')}, but also ${beside.join(', ')}.`)
    : pass(`All mail exchangers belong to ${names.join(', ')}.`);
}
