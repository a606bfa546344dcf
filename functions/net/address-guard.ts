import { BlockList, isIP } from 'node:net';

/** Not reachable over the Internet, by IANA's IPv4 Special-Purpose Address Registry (RFC 6890), and multicast. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/**
 * The only global unicast space that IANA has given out. Outside it lie loopback, link-local, unique local and multicast
 * addresses, and those that carry an IPv4 address: mapped (::ffff:0:0/96) and translated (64:ff9b::/96).
 */
const GLOBAL_IPV6 = ['2000::/3'];
/** Within it, by IANA's IPv6 registry: Teredo and other protocols, documentation twice, 6to4. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '3fff::/20', '2002::/16'];

const specialIpv4 = networkList(SPECIAL_IPV4);
const globalIpv6 = networkList(GLOBAL_IPV6);
const specialIpv6 = networkList(SPECIAL_IPV6);

/** Which addresses may be dialled: public ones, and those of the CIDR blocks `networks`, whatever else they are. */
export class AddressGuard {
  readonly #networks: BlockList;

  constructor(networks: readonly string[]) {
    this.#networks = networkList(networks);
  }

  /** What is not an address in its standard spelling is refused. */
  allows(address: string): boolean {
    const family = isIP(address);
    if (family === 4) return this.#networks.check(address, 'ipv4') || !specialIpv4.check(address, 'ipv4');
    if (family !== 6) return false;
    if (this.#networks.check(address, 'ipv6')) return true;
    return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6');
  }
}

/** Whether it is a CIDR block such as `10.0.0.0/8` or `fd00::/8`. */
export function isNetwork(text: string): boolean {
  try {
    networkList([text]);
    return true;
  } catch {
    return false;
  }
}

/** Where nothing that a deployment may name is found: the function itself, its cloud's metadata, nobody or everybody. */
const NEVER_OPENED = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  'fd00:ec2::/32',
  // Teredo and 6to4 carry an IPv4 address.
  '2001::/32',
  '2002::/16',
];
/** IPv6 networks lie in one of these, or they hold loopback, link-local, multicast or disguised IPv4 addresses. */
const OPENED_IPV6 = ['2000::/3', 'fc00::/7'];

/**
 * Whether a deployment may open this CIDR block: no block that is, holds or lies in a place where only the function itself
 * or its cloud answers, such as 127.0.0.0/8, 169.254.0.0/16 and 0.0.0.0/0.
 */
export function mayBeOpened(network: string): boolean {
  if (NEVER_OPENED.some((closed) => overlap(closed, network))) return false;
  return familyOf(network) === 'ipv4' || OPENED_IPV6.some((open) => holds(open, network));
}

/** Of two blocks that overlap one holds the other's first address. */
function overlap(one: string, other: string): boolean {
  if (familyOf(one) !== familyOf(other)) return false;
  return isIn(addressOf(one), other) || isIn(addressOf(other), one);
}

function holds(outer: string, inner: string): boolean {
  return isIn(addressOf(inner), outer) && prefixOf(inner) >= prefixOf(outer);
}

function isIn(address: string, network: string): boolean {
  return networkList([network]).check(address, familyOf(network));
}

/** Throws Node's own error at the first that is no CIDR block. */
function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    list.addSubnet(addressOf(network), prefixOf(network), familyOf(network));
  }
  return list;
}

function addressOf(network: string): string {
  return network.slice(0, Math.max(0, network.lastIndexOf('/')));
}

/** NaN for none: Number('') is 0, and that would be every address. */
function prefixOf(network: string): number {
  const prefix = network.slice(network.lastIndexOf('/') + 1);
  return prefix === '' ? Number.NaN : Number(prefix);
}

/** Not isIP: the pattern behind it is compiled on first use, 2 ms of a cold start. */
function familyOf(network: string): 'ipv4' | 'ipv6' {
  return network.includes(':') ? 'ipv6' : 'ipv4';
}
