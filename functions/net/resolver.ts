import { Resolver as DnsResolver, lookup } from 'node:dns/promises';

/** An address record; `ttl` in seconds. */
export interface AddressRecord {
  readonly address: string;
  readonly ttl: number;
}

/** Where addresses come from. Each method rejects with an error that has one of Node's DNS codes. */
export interface Resolver {
  /** A records. */
  resolve4(host: string): Promise<readonly AddressRecord[]>;
  /** AAAA records. */
  resolve6(host: string): Promise<readonly AddressRecord[]>;
  /** What this computer itself knows: /etc/hosts and whatever else its administrator set up. */
  lookup(host: string): Promise<readonly string[]>;
}

/** A question that nobody waits for any more is given up soon, so that it keeps no process running. */
const TIMEOUT_MS = 2000;
const TRIES = 2;

/** The name servers that this computer uses, or `servers` (`address:port`). */
export class SystemResolver implements Resolver {
  readonly #dns = new DnsResolver({ timeout: TIMEOUT_MS, tries: TRIES });

  constructor(servers?: readonly string[]) {
    if (servers) this.#dns.setServers(servers);
  }

  resolve4(host: string): Promise<readonly AddressRecord[]> {
    return this.#dns.resolve4(host, { ttl: true });
  }

  resolve6(host: string): Promise<readonly AddressRecord[]> {
    return this.#dns.resolve6(host, { ttl: true });
  }

  async lookup(host: string): Promise<readonly string[]> {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  }
}
