import type { TLSSocket } from 'node:tls';
import { isIssuerNamed } from './certificate.ts';

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

/**
 * Puts off what is written to the socket, and its destruction, from the turn in which its handshake is done to the next.
 * In that turn OpenSSL still reads; whoever frees its session then ends the process by a segmentation fault
 * (nodejs/node#65035). A server could bring that about by a reset right after STARTTLS: nodemailer writes at once, the
 * write fails, nodemailer closes. Node destroys a socket in that turn, too, when it refuses the certificate: until that is
 * done nothing more is read from it, or what came along with the handshake would pass for an answer, and nothing is sent.
 */
function sitOutHandshakeTurn(socket: TLSSocket): TLSSocket {
  const destroy = socket.destroy.bind(socket);
  let isReading = false;
  let postponed: { readonly error?: Error | undefined } | undefined;
  socket.prependOnceListener('secure', () => {
    isReading = true;
    socket.cork();
    setImmediate(() => {
      isReading = false;
      if (postponed) destroy(postponed.error);
      else socket.uncork();
    });
  });
  socket.destroy = (error) => {
    if (!isReading) return destroy(error);
    postponed ??= { error };
    socket.push = () => false;
    return socket;
  };
  return socket;
}

/**
 * Lets a certificate error tell (`issuerNamed`) whether the server's own certificate says where its issuer's certificate
 * is to be had. If it does and the server sent nothing else, the server forgot its intermediate certificates; if not, its
 * authority is simply unknown here. It is read at the last moment, when Node destroys the socket and the certificate with
 * it: in every handshake it would be one of the dearest parts of a login.
 */
function hintAtIssuer(socket: TLSSocket): TLSSocket {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => {
    // Node sets this first.
    const certificate = error && socket.authorizationError ? socket.getPeerX509Certificate() : undefined;
    if (error && certificate) Object.assign(error, { issuerNamed: isIssuerNamed(certificate) });
    return destroy(error);
  };
  return socket;
}
