import { createHash, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import {
  certificateFacts,
  isIssuerNamed,
  keyExchangeGroup,
  publicKeyInfo,
  signatureAlgorithmOf,
} from '../../net/certificate.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { isNamed } from '../../net/verified-tls.ts';
import type { SessionFacts } from './facts.ts';
import { Interrupted } from './line-connection.ts';

/**
 * Takes any certificate, protocol and key size: the audit describes what is wrong, which a refused handshake hides.
 * `checkServerIdentity` is silenced so that `authorizationError` speaks of the chain only.
 */
export function auditOptions({ host, ca }: Endpoint): ConnectionOptions {
  return {
    // RFC 6066 section 3: no server name indication for an IP address.
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca && { ca }),
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT:@SECLEVEL=0',
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  };
}

/** `now` in milliseconds since 1970. */
export function sessionFacts(socket: TLSSocket, host: string, now: number): SessionFacts {
  try {
    return describe(socket, host, now);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    // OpenSSL goes on with a certificate whose dates or key Node cannot read, since nobody asked it to verify.
    throw new Interrupted('tls-failed', 'unreadable certificate');
  }
}

function describe(socket: TLSSocket, host: string, now: number): SessionFacts {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) throw new Interrupted('tls-failed', 'no certificate');
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    group: keyExchangeGroup(socket),
    certificate: certificateFacts(certificate, now),
    chainError: chainError(socket),
    issuerNamed: isIssuerNamed(certificate),
    coversHost: isNamed(host, certificate),
    signature: signatureAlgorithmOf(certificate),
    keyFingerprint256: keyFingerprint(certificate),
  };
}

function keyFingerprint(certificate: X509Certificate): string | null {
  const key = publicKeyInfo(certificate);
  return key ? createHash('sha256').update(key).digest('hex') : null;
}

/** Node's types say Error; it really holds OpenSSL's name of the result. */
function chainError({ authorized, authorizationError }: TLSSocket): string | null {
  if (authorized) return null;
  const error: unknown = authorizationError;
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
