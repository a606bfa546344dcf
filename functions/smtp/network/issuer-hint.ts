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
    if (error && socket.authorizationError) Object.assign(error, { issuerNamed: isIssuerNamed(socket) });
    return destroy(error);
  };
  return socket;
}

function isIssuerNamed(socket: TLSSocket): boolean {
  return socket.getPeerCertificate().infoAccess?.['CA Issuers - URI'] !== undefined;
}
