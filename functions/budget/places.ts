import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { SES_HOST } from '../mail-domain/mail-providers.ts';
import { canonicalAddress, canonicalDomain, canonicalHost } from '../net/endpoint.ts';
import type { Credential } from '../providers/secret.ts';
import { type CountedLogin, type Key, keys } from '../table/items.ts';
import type { Limits } from './tally.ts';

/** An item in which a login counts, the limits there, and the account as that item has it. */
export interface Place {
  readonly key: Key;
  readonly limits: Limits;
  readonly account: Pick<CountedLogin, 'account' | 'local'>;
  /** Of one account alone: `limits.hostFailures` are its places, the last of them kept for another secret. */
  readonly isOfAccount?: true;
  /** An item of an address: it counts a login only if that was connected to it. */
  readonly address?: string;
}

export interface Places {
  /** Each must have room, and each is told how the login ended. */
  readonly counted: readonly Place[];
  /** Of a shared service: the item with the circuit of the whole host, which is in no account's own. */
  readonly circuit: Key | null;
}

/** With fewer places none can be kept. */
const LEAST_SHARED = 3;

/**
 * Where a login counts: for a shared service with its account; elsewhere with its host, by its name and by its addresses,
 * so that neither another name for one server nor another address for one name has places of its own. Of the addresses
 * the lowest of each family, which are dialled before the others (net/dns/address-cache.ts), whatever the order in which
 * the DNS has them. The port does not matter: a server bans an address and locks an account on all of them.
 */
export function placesOf(credential: Credential, addresses: readonly string[], limits: Limits): Places {
  const host = canonicalHost(credential.endpoint.host);
  const name = accountName(credential.username);
  const service = sharedService(host);
  if (service)
    return {
      counted: [ofService(service, credential, name, limits)],
      circuit: keys.tallyOfHost(service.name),
    };
  const byAddress = lowest(addresses)
    .filter((address) => address !== host)
    .map((address) => ofAddress(address, name, limits));
  return { counted: [ofHost(host, name, limits), ...byAddress], circuit: null };
}

function ofService(
  service: SharedService,
  credential: Credential,
  { full }: AccountName,
  limits: Limits,
): Place {
  const one = service.oneAccount?.(full) ?? full;
  const account = digest(service.name, one, keyIdOf(service, credential));
  const key = keys.tallyOfAccount(service.name, account);
  // One secret alone must not spend what an account has that another one logs in to.
  const kept = service.mailboxes && limits.failures >= LEAST_SHARED ? limits.failures : null;
  return {
    key,
    limits: { ...limits, hostFailures: kept },
    account: { account, local: account },
    isOfAccount: true,
  };
}

function ofHost(host: string, { full, local }: AccountName, limits: Limits): Place {
  return {
    key: keys.tallyOfHost(host),
    limits,
    account: { account: digest(host, full), local: digest(host, local) },
  };
}

function ofAddress(address: string, name: AccountName, limits: Limits): Place {
  return { ...ofHost(address, name, limits), address };
}

/** Where a login counts by the address (in its one spelling) that it was connected to; null when addresses do not count. */
export function placeAt(address: string, credential: Credential, limits: Limits): Place | null {
  const isByName = !countsAddresses(credential) || canonicalHost(credential.endpoint.host) === address;
  return isByName ? null : ofAddress(address, accountName(credential.username), limits);
}

/** A place of its own for the login that must fail, whatever else fails at the host. */
export function controlPlace(credential: Credential, limits: Limits): Place {
  const host = canonicalHost(credential.endpoint.host);
  const place = ofHost(host, accountName(credential.username), { ...limits, hostFailures: null });
  return { ...place, key: keys.tallyOfAccount(host, 'control') };
}

/** Whether the addresses of a host matter to the budget, or only its name. */
export function countsAddresses({ endpoint }: Credential): boolean {
  return sharedService(canonicalHost(endpoint.host)) === null;
}

/** Short for the item's sake, long enough that no two names of one host meet. */
export function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url').slice(0, 22);
}

function lowest(addresses: readonly string[]): string[] {
  const all = addresses.map(canonicalAddress).toSorted();
  const families = [all.find((address) => isIPv4(address)), all.find((address) => !isIPv4(address))];
  return families.filter((address) => address !== undefined);
}

/**
 * A service that thousands of unrelated accounts log in to under one name, and that counts failures by account: there is no
 * ceiling for all of them together, which would let one credential hold back the others.
 */
interface SharedService {
  readonly hosts: RegExp;
  /** What stands for all its names; `$1` is the region in the name. */
  readonly name: string;
  /** Where everybody has the same user name and the password is an API key: the public part of that key. */
  readonly keyId?: RegExp;
  /** Accounts are mailboxes, whose names others know and a rotation keeps; elsewhere each key is one of its own. */
  readonly mailboxes?: true;
  /** The one spelling of an account, where the service has several besides those of all servers. */
  readonly oneAccount?: (account: string) => string;
}

const SERVICES: readonly SharedService[] = [
  { hosts: SES_HOST, name: 'email-smtp.$1.amazonaws.com' },
  { hosts: /^smtp\.(?:eu\.)?sendgrid\.net$/, name: 'smtp.sendgrid.net', keyId: /^SG\.([\w-]+)\./ },
  { hosts: /^smtp\.(eu\.)?mailgun\.org$/, name: 'smtp.$1mailgun.org', mailboxes: true },
  { hosts: /^smtp\.resend\.com$/, name: 'smtp.resend.com', keyId: /^re_([A-Za-z0-9]+)_/ },
  {
    hosts: /^(?:smtp(?:-legacy)?\.office365\.com|outlook\.office365\.com|smtp(?:-mail)?\.outlook\.com)$/,
    name: 'smtp.office365.com',
    mailboxes: true,
  },
  {
    hosts: /^smtp(?:-relay)?\.(?:gmail|googlemail)\.com$/,
    name: 'smtp.gmail.com',
    mailboxes: true,
    oneAccount: withoutDots,
  },
];

/** Google's help, "Dots don't matter in Gmail addresses"; googlemail.com is gmail.com. */
function withoutDots(account: string): string {
  const [, local, domain] = /^(.*)@(gmail|googlemail)\.com$/i.exec(account) ?? [];
  return local !== undefined && domain ? `${local.replaceAll('.', '')}@gmail.com` : account;
}

/** The service behind a host (in its one spelling); null for every other host. */
export function sharedService(host: string): SharedService | null {
  const service = SERVICES.find(({ hosts }) => hosts.test(host));
  return service ? { ...service, name: host.replace(service.hosts, service.name) } : null;
}

/** What tells the accounts of a service apart besides the user name; nothing secret. */
function keyIdOf({ keyId }: SharedService, { password, credentialId }: Credential): string {
  return keyId ? (keyId.exec(password.reveal())?.[1] ?? credentialId ?? '') : '';
}

/** An account as its server may see it; `full` and `local` are equal when the name has no domain. */
interface AccountName {
  readonly full: string;
  readonly local: string;
}

/**
 * The one spelling of a user name. Servers trim names, fold their letters and prepare them by SASLprep (RFC 4013), or do
 * not: what any of them takes for one account is one here, for a budget too many is what locks it. A sub-address
 * (`orders+eu@`, RFC 5233) is where mail goes, not who logs in, so it stays. Of `DOMAIN\orders`, as Windows has it, nobody
 * can tell which mail domain is meant: it is a bare name.
 */
export function accountName(username: string): AccountName {
  const text = folded(username);
  const at = text.lastIndexOf('@');
  const local = (at < 0 ? text : text.slice(0, at)).trim();
  const domain = at < 0 ? '' : canonicalDomain(text.slice(at + 1).trim());
  if (domain) return { full: `${local}@${domain}`, local };
  const bare = local.slice(local.lastIndexOf('\\') + 1).trim();
  return { full: bare, local: bare };
}

/** RFC 3454 appendix B.1: of its characters only U+1806 is no default ignorable one. */
const MAPPED_TO_NOTHING = /[\p{Default_Ignorable_Code_Point}\u1806]/gu;

/** SASLprep without its prohibitions: a name that one server refuses another may take. */
function folded(text: string): string {
  return upper(text.replace(/[\p{Zs}\u200b]/gu, ' ').replace(MAPPED_TO_NOTHING, ''))
    .normalize('NFKC')
    .trim();
}

/** By way of the small letters, since some capitals have several; and normalized before, since some letters have none. */
function upper(text: string): string {
  return text.normalize('NFKC').toLowerCase().toUpperCase();
}
