import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import type { Endpoint } from '../../credential/credential.ts';
import type { TlsFacts } from '../evidence.ts';
import { tlsFacts } from '../tls-facts.ts';
import { BoundedCache } from './bounded-cache.ts';
import { checkServerIdentity } from './server-identity.ts';

/** Each holds its parsed certificates: up to a few hundred KiB. */
const CONTEXTS = 50;
const SESSIONS = 500;
/** A certificate that the server has replaced since is seen after this long (ms) at the latest. */
const TRUSTED_FOR_MS = 5 * 60 * 1000;
/** TLS 1.2 is the floor (RFC 8996, RFC 9325). */
const MIN_VERSION = 'TLSv1.2';

/** A session that can be resumed, and the full handshake it goes back to. */
interface Remembered {
  readonly session: Buffer;
  readonly certificate: X509Certificate;
  /** Milliseconds since 1970. */
  readonly verifiedAt: number;
}

/** What one TLS handshake starts from; `completed` must be told its socket as soon as it is secure. */
export interface Handshake {
  readonly options: tls.ConnectionOptions;
  /** The facts of a verified session. On a resumed one, the certificate is that of the full handshake before. */
  completed(socket: TLSSocket): TlsFacts | null;
}

/**
 * Verified TLS to mail servers: one secure context for each set of trusted certificates, and sessions that are resumed.
 * A resumed handshake shows no certificate and checks none, so a session is only kept from a verified one, and only used
 * for the same host, port and trusted certificates, for five minutes, while the certificate is valid.
 */
export class TlsSessions {
  readonly #contexts = new BoundedCache<tls.SecureContext>(CONTEXTS);
  readonly #sessions = new BoundedCache<Remembered>(SESSIONS);
  readonly #now: () => number;

  /** `now` in milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  handshake(endpoint: Endpoint): Handshake {
    const key = JSON.stringify([endpoint.host.toLowerCase(), endpoint.port, endpoint.ca]);
    const resumed = this.#resumable(key);
    return {
      options: { ...this.#verifying(endpoint), ...(resumed && { session: resumed.session }) },
      completed: (socket) => this.#completed(socket, key, resumed),
    };
  }

  #verifying({ host, ca }: Endpoint): tls.ConnectionOptions {
    return {
      host,
      // RFC 6066 section 3: no server name indication for an IP address.
      ...(isIP(host) === 0 && { servername: host }),
      secureContext: this.#context(ca),
      rejectUnauthorized: true,
      checkServerIdentity,
    };
  }

  #context(ca = ''): tls.SecureContext {
    const known = this.#contexts.get(ca);
    if (known) return known;
    const context = tls.createSecureContext({ minVersion: MIN_VERSION, ...(ca && { ca }) });
    this.#contexts.set(ca, context);
    return context;
  }

  #resumable(key: string): Remembered | undefined {
    const remembered = this.#sessions.get(key);
    if (!remembered) return undefined;
    const now = this.#now();
    const trusted = now - remembered.verifiedAt < TRUSTED_FOR_MS;
    if (trusted && now < Date.parse(remembered.certificate.validTo)) return remembered;
    this.#sessions.delete(key);
    return undefined;
  }

  #completed(socket: TLSSocket, key: string, before: Remembered | undefined): TlsFacts | null {
    const resumed = socket.isSessionReused();
    const certificate = resumed ? before?.certificate : socket.getPeerX509Certificate();
    if (!certificate) return null;
    const now = this.#now();
    const verifiedAt = resumed ? (before?.verifiedAt ?? now) : now;
    const keep = (session: Buffer | undefined) => {
      if (session && socket.authorized) this.#sessions.set(key, { session, certificate, verifiedAt });
    };
    // TLS 1.3 hands out sessions when the handshake is over, TLS 1.2 in the midst of it.
    if (socket.getProtocol() === 'TLSv1.3') socket.on('session', keep);
    else keep(socket.getSession());
    return tlsFacts(socket, certificate, now);
  }
}
