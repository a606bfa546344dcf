import { isIP } from 'node:net';
import tls, { type PeerCertificate } from 'node:tls';

/** RFC 9525 section 2: a host's name counts in the subjectAltName only, where Node would make do with the common name. */
export function checkServerIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const isNamed = /\bDNS:/.test(certificate.subjectaltname ?? '');
  if (isNamed || isIP(host) !== 0) return tls.checkServerIdentity(host, certificate);
  const message = `expected a certificate that names ${host} in its subjectAltName, got one that names no host`;
  return Object.assign(new Error(message), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}
