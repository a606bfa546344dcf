import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import tls from 'node:tls';

/** TLS 1.2 is the floor (RFC 8996, RFC 9325). */
const MIN_VERSION = 'TLSv1.2';

/** Of a connection that proves the host's name by a certificate which `secureContext` trusts, or fails. */
export function verifying(host: string, secureContext: tls.SecureContext): tls.ConnectionOptions {
  return {
    host,
    // RFC 6066 section 3: no server name indication for an IP address.
    ...(isIP(host) === 0 && { servername: host }),
    secureContext,
    rejectUnauthorized: true,
    checkServerIdentity,
  };
}

/** `ca`: PEM certificates trusted instead of the public ones. To make one costs milliseconds. */
export function trusting(ca = ''): tls.SecureContext {
  return tls.createSecureContext({ minVersion: MIN_VERSION, ...(ca && { ca }) });
}

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
export function checkServerIdentity(
  host: string,
  certificate: X509Certificate | { readonly raw?: Buffer },
): Error | undefined {
  const read = parsed(certificate);
  if (read && isNamed(host, read)) return undefined;
  const message = `expected a certificate that names ${host} in its subjectAltName, got one that does not`;
  return Object.assign(new Error(message), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}

/** Our own sockets hand over what they have parsed (`guardTls`), and to parse it again is dear. */
function parsed(certificate: X509Certificate | { readonly raw?: Buffer }): X509Certificate | undefined {
  if (certificate instanceof X509Certificate) return certificate;
  return certificate.raw && new X509Certificate(certificate.raw);
}

/** OpenSSL's verification results as Node names them, `UNSPECIFIED` for those that it has no name for, and Node's own name mismatch. */
const CERTIFICATE_CODE =
  /^(CERT_|CRL_|ERR_TLS_CERT_|ERROR_IN_C|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|UNSPECIFIED$)/;

/** Whether TLS failed for the server's certificate. */
export function isCertificateCode(code: string): boolean {
  return CERTIFICATE_CODE.test(code);
}
