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

/** Throws Node's own error at the first that is no CIDR block. */
function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const slash = network.lastIndexOf('/');
    const address = network.slice(0, Math.max(0, slash));
    const prefix = network.slice(slash + 1);
    // Number('') is 0, and that would be every address.
    list.addSubnet(
      address,
      prefix === '' ? Number.NaN : Number(prefix),
      // Not isIP: the pattern behind it is compiled on first use, 2 ms of a cold start.
      address.includes(':') ? 'ipv6' : 'ipv4',
    );
  }
  return list;
}
