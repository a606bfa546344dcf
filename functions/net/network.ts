import type net from 'node:net';
import { AddressGuard } from './address-guard.ts';
import { connectTcp, connectTls } from './connect.ts';
import { DnsCache, type Resolver, SystemResolver } from './dns/address-cache.ts';
import { type Endpoint, isHost } from './endpoint.ts';
import { type Handshake, TlsSessions } from './tls-sessions.ts';

/** A target that the network guard does not let anybody dial: by its port, or by every address of its name. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden';
  readonly code: 'port' | 'address';

  constructor(code: 'port' | 'address') {
    super(`${code} not allowed`);
    this.code = code;
  }
}

/** Submission: RFC 8314 section 3, and the second pair that Amazon SES and others serve. */
const SUBMISSION_PORTS: readonly number[] = [465, 587, 2465, 2587];

/** What `addresses` waits at most (ms); the dial has a deadline of its own. */
const LOOK_UP_MS = 2000;

/** What may be dialled beyond public addresses and the ports 465, 587, 2465 and 2587. */
export interface NetworkPolicy {
  readonly ports: readonly number[];
  /** CIDR blocks that may be dialled although they are loopback, private or otherwise not public. */
  readonly networks: readonly string[];
}

/** The stages of a dial, in their order. */
export type DialStage = 'dns' | 'connect' | 'tls';

/** Called as each stage begins, so that whoever ends the attempt knows which one was under way. */
export type OnStage = (stage: DialStage) => void;

export interface Dialled {
  /** Plain TCP for `starttls`, verified TLS for `tls`. */
  readonly socket: net.Socket;
  /** For a `starttls` that is to come, or the one that `socket` was secured with. */
  readonly handshake: Handshake;
}

/** The only way to mail servers, one for a process: it knows where nobody may dial, and what it can use again. */
export class Network {
  readonly #ports: ReadonlySet<number>;
  readonly #guard: AddressGuard;
  readonly #names: DnsCache;
  readonly #tls = new TlsSessions();

  constructor({ ports, networks }: NetworkPolicy, resolver: Resolver = new SystemResolver()) {
    this.#ports = new Set([...SUBMISSION_PORTS, ...ports]);
    this.#guard = new AddressGuard(networks);
    this.#names = new DnsCache(resolver);
  }

  /** Opens the connection a login runs on. Rejects with `Forbidden` or with Node's own error. */
  async dial(endpoint: Endpoint, onStage: OnStage, signal: AbortSignal): Promise<Dialled> {
    const handshake = this.#tls.handshake(endpoint);
    const socket = await this.connect(endpoint, onStage, signal);
    if (endpoint.security === 'starttls') return { socket, handshake };
    onStage('tls');
    return { socket: await connectTls(socket, handshake.options), handshake };
  }

  /** Plain TCP, to addresses that were checked after the look-up and are not looked up again. Rejects as `dial` does. */
  async connect({ host, port }: Endpoint, onStage: OnStage, signal: AbortSignal): Promise<net.Socket> {
    onStage('dns');
    const allowed = await abortable(this.#allowed(host, port), signal);
    onStage('connect');
    return connectTcp(allowed, port, signal);
  }

  /**
   * Where a dial would go now, asked of the DNS once for both; none when there would be no dial, or the DNS does not say so
   * soon.
   */
  addresses({ host, port }: Endpoint): Promise<readonly string[]> {
    return abortable(this.#allowed(host, port), AbortSignal.timeout(LOOK_UP_MS)).catch(() => []);
  }

  async #allowed(host: string, port: number): Promise<readonly string[]> {
    if (!this.#ports.has(port)) throw new Forbidden('port');
    // A resolver takes other spellings of an address for one too.
    if (!isHost(host)) throw new Forbidden('address');
    const found = await this.#names.addresses(host);
    const allowed = found.filter((address) => this.#guard.allows(address));
    if (allowed.length === 0) throw new Forbidden('address');
    return allowed;
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
