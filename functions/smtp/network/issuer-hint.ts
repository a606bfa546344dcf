import type { TLSSocket } from 'node:tls';

/**
 * Lets a certificate error tell (`issuerNamed`) whether the server's own certificate says where its issuer's certificate
 * is to be had. If it does and the server sent nothing else, the server forgot its intermediate certificates; if not, its
 * authority is simply unknown here. Node has thrown the certificate away by the time the error comes.
 */
export function hintAtIssuer(socket: TLSSocket): TLSSocket {
  let issuerNamed = false;
  socket.prependOnceListener('secure', () => {
    if (socket.isSessionReused()) return;
    issuerNamed = socket.getPeerCertificate().infoAccess?.['CA Issuers - URI'] !== undefined;
  });
  return socket.prependOnceListener('error', (error) => Object.assign(error, { issuerNamed }));
}
