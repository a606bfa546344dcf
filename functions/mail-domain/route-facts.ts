import { isIP } from 'node:net';
import { AddressGuard } from '../net/address-guard.ts';
import { type CaaRecord, type DnsResolver, type Gathered, known } from '../net/dns/dns.ts';
import { type MailProvider, mailProvider } from './mail-providers.ts';
import { recordsAt } from './records.ts';
import { checkHost, type SpfEvaluation } from './spf/check-host.ts';
import { type Range, spfFacts } from './spf/spf.ts';

/** One public address of the server that a credential logs in to. */
export interface SendingAddress {
  readonly address: string;
  readonly spf: SpfEvaluation;
  /** Reverse names that lead back to the address. */
  readonly confirmed: Gathered<readonly string[]>;
}

/** The way that mail of a credential takes. */
export interface RouteFacts {
  readonly host: string;
  /** Null: the server is taken for one's own, and its addresses for those that it sends from. */
  readonly provider: MailProvider | null;
  /** IPv4 addresses that the SPF records of the provider allow; empty: not read, or one's own server. */
  readonly providerRanges: readonly Range[];
  /** Public ones of one's own server; empty for a provider's. */
  readonly addresses: Gathered<readonly SendingAddress[]>;
  /** The certification authorities that may issue for the host: the nearest CAA records up the tree (RFC 8659 section 3). */
  readonly caa: Gathered<readonly CaaRecord[]>;
}

/** Each address costs an evaluation; a server has one of each family. */
const MOST_ADDRESSES = 4;
const onlyPublic = new AddressGuard([]);

export async function routeFacts(dns: DnsResolver, host: string, domain: string): Promise<RouteFacts> {
  const provider = mailProvider(host);
  return {
    host,
    provider,
    providerRanges: provider ? await rangesOf(dns, provider) : [],
    addresses: provider ? known([]) : await sendingAddresses(dns, host, domain),
    caa: isIP(host) === 0 ? await caaFor(dns, host) : known([]),
  };
}

async function rangesOf(dns: DnsResolver, { spf }: MailProvider): Promise<readonly Range[]> {
  const records = await Promise.all(spf.map((domain) => spfFacts(dns, domain)));
  return records.flatMap(({ only }) => only?.survey.ranges ?? []);
}

async function sendingAddresses(
  dns: DnsResolver,
  host: string,
  domain: string,
): Promise<Gathered<readonly SendingAddress[]>> {
  const found = await addressesOf(dns, host);
  if (!found.known) return found;
  const outside = found.value.filter((address) => onlyPublic.allows(address)).slice(0, MOST_ADDRESSES);
  return known(await Promise.all(outside.map((address) => sendingAddress(dns, address, host, domain))));
}

async function addressesOf(dns: DnsResolver, host: string): Promise<Gathered<readonly string[]>> {
  if (isIP(host) !== 0) return known([host]);
  const [ipv4, ipv6] = await Promise.all([recordsAt(dns, host, 'A'), recordsAt(dns, host, 'AAAA')]);
  if (!ipv4.known) return ipv4;
  return ipv6.known ? known([...ipv4.value, ...ipv6.value]) : ipv6;
}

async function sendingAddress(
  dns: DnsResolver,
  address: string,
  host: string,
  domain: string,
): Promise<SendingAddress> {
  const spf = await checkHost({ ip: address, helo: host, sender: `postmaster@${domain}` }, dns);
  return { address, spf, confirmed: await confirmedNames(dns, address) };
}

/** Unknown when no name is found to lead back and one of them could not be read. */
async function confirmedNames(dns: DnsResolver, address: string): Promise<Gathered<readonly string[]>> {
  const names = await recordsAt(dns, reverseName(address), 'PTR');
  if (!names.known) return names;
  const type = isIP(address) === 4 ? 'A' : 'AAAA';
  const confirmed: string[] = [];
  let unread: Gathered<never> | undefined;
  for (const name of names.value.slice(0, MOST_ADDRESSES)) {
    const forward = await recordsAt(dns, name, type);
    if (!forward.known) unread = forward;
    else if (forward.value.some((one) => sameAddress(one, address))) confirmed.push(name);
  }
  return confirmed.length === 0 && unread ? unread : known(confirmed);
}

function sameAddress(one: string, other: string): boolean {
  return reverseName(one) === reverseName(other);
}

/** RFC 1035 section 3.5 and RFC 3596 section 2.5. */
export function reverseName(address: string): string {
  if (isIP(address) === 4) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0');
  const digits = [...groups(head), ...zeros, ...groups(tail)].map((group) => group.padStart(4, '0')).join('');
  return `${[...digits].toReversed().join('.')}.ip6.arpa`;
}

async function caaFor(dns: DnsResolver, host: string): Promise<Gathered<readonly CaaRecord[]>> {
  const labels = host.split('.');
  for (const [index] of labels.entries()) {
    const found = await recordsAt(dns, labels.slice(index).join('.'), 'CAA');
    if (!found.known || found.value.length > 0) return found;
  }
  return known([]);
}

/** Names under which authorities know themselves in CAA records, by a word of their certificates' issuer. */
const AUTHORITIES: readonly (readonly [issuer: RegExp, names: readonly string[]])[] = [
  [/Amazon/, ['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com']],
  [/Let's Encrypt/, ['letsencrypt.org']],
  [
    /DigiCert|GeoTrust|RapidSSL|Thawte/i,
    ['digicert.com', 'www.digicert.com', 'digicert.ne.jp', 'symantec.com'],
  ],
  [/Google Trust Services/, ['pki.goog', 'google.com']],
  [
    /Sectigo|USERTRUST|COMODO|ZeroSSL/i,
    ['sectigo.com', 'comodoca.com', 'comodo.com', 'usertrust.com', 'trust-provider.com'],
  ],
  [/GlobalSign/, ['globalsign.com']],
  [/Entrust/, ['entrust.net', 'affirmtrust.com']],
  [/GoDaddy|Starfield/, ['godaddy.com', 'starfieldtech.com']],
  [/Microsoft/, ['microsoft.com']],
  [/Buypass/, ['buypass.com', 'buypass.no']],
  [/SSL\.com/, ['ssl.com']],
  [/IdenTrust/, ['identrust.com']],
  [/HARICA|Hellenic Academic/, ['harica.gr']],
  [/SwissSign/, ['swisssign.com']],
  [/T-Systems|Deutsche Telekom/, ['telesec.de', 'pki.dfn.de', 'dfn.de']],
];

/** What a CAA record says for the authority of a certificate (RFC 8659 section 4.2); empty: not known. */
export function caaNames(issuer: string): readonly string[] {
  return AUTHORITIES.find(([pattern]) => pattern.test(issuer))?.[1] ?? [];
}
