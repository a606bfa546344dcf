import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { canonicalAddress, canonicalHost } from '../net/endpoint.ts';
import type { Credential } from '../providers/secret.ts';
import { type Key, keys, type Login } from '../table/items.ts';
import { keyIdOf, type SharedService, sharedService } from './shared-services.ts';
import { type AccountName, accountName } from './spelling.ts';
import type { Limits } from './tally.ts';

/** An item in which a login counts, the limits there, and the account as that item has it. */
export interface Place {
  readonly key: Key;
  readonly limits: Limits;
  readonly account: Pick<Login, 'account' | 'local'>;
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
