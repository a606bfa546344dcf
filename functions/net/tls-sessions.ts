import type tls from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { BoundedCache } from './bounded-cache.ts';
import { type CertificateFacts, certificateFacts, type TlsFacts, tlsFacts } from './certificate.ts';
import type { Endpoint } from './endpoint.ts';
import { trusting, verifying } from './verified-tls.ts';

/** Each holds its parsed certificates: up to a few hundred KiB. */
const CONTEXTS = 50;
const SESSIONS = 500;
/** A certificate that the server has replaced since is seen after this long (ms) at the latest. */
const TRUSTED_FOR_MS = 5 * 60 * 1000;

/** A full handshake. */
interface Verified {
  readonly certificate: CertificateFacts;
  /** Milliseconds since 1970. */
  readonly verifiedAt: number;
}

/** A session that can be resumed, and the full handshake it goes back to. */
interface Remembered extends Verified {
  readonly session: Buffer;
}

/** One TLS handshake. Both methods want its socket: `completed` as soon as it is secure, `remember` before it is closed. */
export interface Handshake {
  readonly options: tls.ConnectionOptions;
  /** The facts of a verified session. On a resumed one, the certificate is that of the full handshake before. */
  completed(socket: TLSSocket): TlsFacts | null;
  /**
   * Keeps the session for the next login. TLS 1.3 hands it out behind the server's first words. It is not taken from the
   * event `session`: that comes while OpenSSL reads, and Node dies of a socket that is written to or destroyed in the
   * same turn (nodejs/node#65035).
   */
  remember(socket: TLSSocket): void;
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
    const before = this.#resumable(key);
    let verified: Verified | undefined;
    return {
      options: {
        ...verifying(endpoint.host, this.#context(endpoint.ca)),
        ...(before && { session: before.session }),
      },
      completed: (socket) => {
        verified = this.#verified(socket, before);
        return verified ? tlsFacts(socket, verified.certificate, this.#now()) : null;
      },
      remember: (socket) => {
        const session = handedOut(socket);
        if (verified && session) this.#sessions.set(key, { ...verified, session });
      },
    };
  }

  #context(ca = ''): tls.SecureContext {
    const known = this.#contexts.get(ca);
    if (known) return known;
    const context = trusting(ca);
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

  #verified(socket: TLSSocket, before: Remembered | undefined): Verified | undefined {
    if (socket.isSessionReused()) return before;
    const certificate = socket.getPeerX509Certificate();
    const now = this.#now();
    return certificate && { certificate: certificateFacts(certificate, now), verifiedAt: now };
  }
}

/** A ticket is all that TLS 1.3 can resume. */
function handedOut(socket: TLSSocket): Buffer | undefined {
  if (!socket.authorized) return undefined;
  const isResumable = socket.getProtocol() !== 'TLSv1.3' || socket.getTLSTicket() !== undefined;
  return isResumable ? socket.getSession() : undefined;
}
