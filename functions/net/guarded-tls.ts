import type { TLSSocket } from 'node:tls';
import { sitOutHandshakeTurn } from './handshake-turn.ts';
import { hintAtIssuer } from './issuer-hint.ts';

/** For every TLS socket of ours, before its handshake is done: what a server does in it can then not end the process. */
export function guardTls(socket: TLSSocket): TLSSocket {
  return sitOutHandshakeTurn(hintAtIssuer(readSafely(socket)));
}

/**
 * Node 24.21 ends the process by a segmentation fault when `getPeerCertificate` meets an EC key whose curve has no NIST
 * name (brainpool, secp256k1), anywhere in a chain; and calls it itself for each chain that it trusts, to hand the answer
 * to `checkServerIdentity`. Here that gets an `X509Certificate`, of which it wants `raw`. It is read once: a second
 * `getPeerX509Certificate` finds the next certificate of the chain, or none.
 */
function readSafely(socket: TLSSocket): TLSSocket {
  const read = socket.getPeerX509Certificate.bind(socket);
  let certificate: ReturnType<typeof read>;
  const once = () => {
    certificate ??= read();
    return certificate;
  };
  return Object.assign(socket, { getPeerX509Certificate: once, getPeerCertificate: () => once() ?? {} });
}
