import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/**
 * Lets a certificate error tell (`issuerNamed`) whether the server's own certificate says where its issuer's certificate
 * is to be had. If it does and the server sent nothing else, the server forgot its intermediate certificates; if not, its
 * authority is simply unknown here. It is read at the last moment, when Node destroys the socket and the certificate with
 * it: in every handshake it would be one of the dearest parts of a login.
 */
export function hintAtIssuer(socket: TLSSocket): TLSSocket {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => {
    // Node sets this first.
    const certificate = error && socket.authorizationError ? socket.getPeerX509Certificate() : undefined;
    if (error && certificate) Object.assign(error, { issuerNamed: isIssuerNamed(certificate) });
    return destroy(error);
  };
  return socket;
}

/** RFC 5280 section 4.2.2.1. */
export function isIssuerNamed({ infoAccess }: X509Certificate): boolean {
  return /^CA Issuers - URI:/m.test(infoAccess ?? '');
}
