import type net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { Leaf } from '../../sandbox/certificates.ts';

/** How the server shakes hands, where that is not as a sound one would. */
export interface Handshake {
  readonly leaf?: Leaf;
  /** Protocol versions and ciphers. */
  readonly settings?: tls.SecureContextOptions;
  /** Bytes of the server's side of the handshake that go out; then the connection ends so. */
  readonly cutAfter?: { readonly bytes: number; readonly ending: 'close' | 'reset' | 'silence' };
}

const NEVER = { bytes: Number.POSITIVE_INFINITY, ending: 'silence' } as const;

const contexts = new WeakMap<Leaf, tls.SecureContext>();

/** The server's side of TLS on `socket`. */
export function secured(socket: net.Socket, leaf: Leaf, { settings, cutAfter }: Handshake): tls.TLSSocket {
  const secureContext = settings ? tls.createSecureContext({ ...leaf, ...settings }) : contextOf(leaf);
  // Through a stream of its own for TLS in TLS: Node dies of one native layer on another that is reset.
  const layered = cutAfter ?? (socket instanceof tls.TLSSocket ? NEVER : undefined);
  const stream = layered ? cutOff(socket, layered) : socket;
  return new tls.TLSSocket(stream as net.Socket, { isServer: true, secureContext }).on('error', () => {});
}

/** Made once for a certificate: it costs more than a handshake. */
function contextOf(leaf: Leaf): tls.SecureContext {
  const known = contexts.get(leaf) ?? tls.createSecureContext({ key: leaf.key, cert: leaf.cert });
  contexts.set(leaf, known);
  return known;
}

/** `socket`, of which only the first bytes that are written arrive. */
function cutOff(socket: net.Socket, { bytes, ending }: NonNullable<Handshake['cutAfter']>): Duplex {
  let left = bytes;
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      if (left > 0) socket.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0 && ending === 'close') socket.end();
      if (left <= 0 && ending === 'reset') socket.resetAndDestroy();
      done();
    },
  });
  socket.on('data', (chunk) => stream.push(chunk)).on('end', () => stream.push(null));
  return stream.on('error', () => {});
}
