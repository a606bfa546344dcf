import { isIP } from 'node:net';
import tls from 'node:tls';
import { checkServerIdentity } from './server-identity.ts';

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
