import { Resolver as DnsResolver, lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { BoundedCache } from '../bounded-cache.ts';

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

const NAMES = 1000;
/** A longer time to live is cut to this (seconds), so that a host that has moved is found again. */
const LONGEST_TTL = 300;
/** RFC 6761 section 6.3: never asked of a name server. */
const LOCALHOST = /^(.+\.)?localhost$/i;

interface Answer {
  readonly addresses: Promise<readonly string[]>;
  /** Milliseconds of the clock; infinite while the question is open. */
  expiresAt: number;
}

/**
 * IPv6 first, as RFC 6724 has it, and the lowest of a family before the others: a login counts for the budget by that one,
 * and whoever has another name for a server, or shuffles its addresses, is led to the same.
 */
function inOneOrder(one: string, other: string): number {
  return isIP(other) - isIP(one) || (one < other ? -1 : 1);
}

/**
 * The addresses of host names, kept as long as their records say. Failures are not kept; callers that ask at the same
 * time share one question.
 */
export class DnsCache {
  readonly #answers = new BoundedCache<Answer>(NAMES);
  readonly #resolver: Resolver;
  readonly #clock: () => number;

  /** `clock` in milliseconds from any fixed point. */
  constructor(resolver: Resolver, clock: () => number = () => performance.now()) {
    this.#resolver = resolver;
    this.#clock = clock;
  }

  /** IPv4 and IPv6 addresses, as the records have them; at least one. Rejects with Node's own error. */
  addresses(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return Promise.resolve([host]);
    const name = host.toLowerCase();
    const known = this.#answers.get(name);
    return known && this.#clock() < known.expiresAt ? known.addresses : this.#ask(name);
  }

  #ask(name: string): Promise<readonly string[]> {
    const records = this.#records(name);
    const answer: Answer = {
      addresses: records.then((found) => found.map(({ address }) => address).toSorted(inOneOrder)),
      expiresAt: Number.POSITIVE_INFINITY,
    };
    this.#answers.set(name, answer);
    records.then(
      (found) => {
        answer.expiresAt = this.#clock() + 1000 * Math.min(LONGEST_TTL, ...found.map(({ ttl }) => ttl));
      },
      () => this.#answers.delete(name),
    );
    return answer.addresses;
  }

  async #records(name: string): Promise<readonly AddressRecord[]> {
    const families = LOCALHOST.test(name) ? [] : await this.#bothFamilies(name);
    return families.length > 0 ? families : this.#lookup(name);
  }

  async #bothFamilies(name: string): Promise<readonly AddressRecord[]> {
    const asked = [this.#resolver.resolve6(name), this.#resolver.resolve4(name)];
    const answers = await Promise.allSettled(asked);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  }

  /** /etc/hosts may change at any time and costs no query: such an answer is only for who asks now. */
  async #lookup(name: string): Promise<readonly AddressRecord[]> {
    return (await this.#resolver.lookup(name)).map((address) => ({ address, ttl: 0 }));
  }
}
