import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * Whether a subjectAltName of type dNSName or iPAddress names the host (RFC 9525 section 6.3). The common name never
 * counts, and a `*` stands for one whole label.
 */
export function isNamed(host: string, certificate: X509Certificate): boolean {
  const name =
    isIP(host) === 0
      ? certificate.checkHost(host, { subject: 'never', partialWildcards: false })
      : certificate.checkIP(host);
  return name !== undefined;
}

/** In place of Node's own check, which makes do with the common name. `raw` is the certificate in DER. */
export function checkServerIdentity(host: string, { raw }: { readonly raw?: Buffer }): Error | undefined {
  if (raw && isNamed(host, new X509Certificate(raw))) return undefined;
  const message = `expected a certificate that names ${host} in its subjectAltName, got one that does not`;
  return Object.assign(new Error(message), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}
