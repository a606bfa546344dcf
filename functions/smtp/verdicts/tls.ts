import { rfc } from '../reference.ts';
import { later, unknown, type VerdictEntry } from './entry.ts';

/**
 * Why there was no verified TLS session. `plain-spoken`: the server speaks plain text where TLS was begun; `tls-expected`: it
 * wants TLS where plain text was begun.
 */
export const TLS_VERDICTS = {
  // Stryker disable StringLiteral: advice is for people, and the public names are held by their types.
  'tls-untrusted:expired': unknown('The certificate has expired. Renew it on the server.', rfc(5280, '6.1')),
  'tls-untrusted:not-yet-valid': unknown(
    'The certificate is not valid yet. Check the clock of the server and the certificate dates.',
    rfc(5280, '6.1'),
  ),
  'tls-untrusted:wrong-host': unknown(
    'The certificate is for another host name. Correct `host`, or give the server a certificate for this name.',
    rfc(9525, '6'),
  ),
  'tls-untrusted:self-signed': unknown(
    'The certificate is self-signed. Put it into `ca` if it is yours, or use one from a public authority.',
    rfc(5280, '6.1'),
  ),
  'tls-untrusted:unknown-ca': unknown(
    'The certificate comes from an unknown authority. Put that authority into `ca` if it is yours, or have the server send its full chain.',
    rfc(5280, '6.1'),
  ),
  'tls-untrusted:incomplete-chain': unknown(
    'The server sends its own certificate only, without the intermediate ones that lead to its authority. Configure the full chain on the server, or put the missing certificate into `ca`.',
    rfc(8446, '4.4.2'),
  ),
  'tls-untrusted:revoked': unknown(
    'The certificate was revoked. Replace it on the server.',
    rfc(5280, '6.1'),
  ),
  'tls-untrusted:other': unknown(
    'The certificate could not be verified. Check the chain with `openssl s_client`.',
    rfc(5280, '6.1'),
  ),
  'tls-mode-mismatch:plain-spoken': unknown(
    'The server speaks plain text where TLS was begun. Use `security: starttls` here, or port 465. If this worked before, the server turned the client away in plain text: too many connections, or a blocked address.',
    rfc(8314, '3.3'),
  ),
  'tls-mode-mismatch:tls-expected': unknown(
    'The server expects TLS from the first byte on this port. Use `security: tls` here, or port 587.',
    rfc(8314, '3.3'),
  ),
  'tls-too-old': unknown(
    'The server only speaks a TLS version older than 1.2 (RFC 8996). Upgrade it.',
    rfc(8996, '4'),
  ),
  'tls-client-certificate-required': unknown(
    'The server wants a TLS client certificate, which an SMTP credential does not have. Check `host` and `port`, or switch that off on the server.',
    rfc(8446, '4.3.2'),
  ),
  'tls-failed': later(
    60,
    'The TLS handshake failed. Check the TLS settings of the server.',
    rfc(8446, '6.2'),
  ),
} satisfies Record<string, VerdictEntry>;
// Stryker restore StringLiteral

export type TlsVerdict = keyof typeof TLS_VERDICTS;

/** OpenSSL's verification result, as Node names it, to the reason a person can act on. */
const CERTIFICATE_REASONS: Readonly<Record<string, TlsVerdict>> = {
  CERT_HAS_EXPIRED: 'tls-untrusted:expired',
  CERT_NOT_YET_VALID: 'tls-untrusted:not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-untrusted:wrong-host',
  HOSTNAME_MISMATCH: 'tls-untrusted:wrong-host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted:self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted:unknown-ca',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted:unknown-ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted:unknown-ca',
  CERT_REVOKED: 'tls-untrusted:revoked',
};

/** The server sent nothing but its own certificate, and we do not know who issued it. */
const LEAF_ONLY = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';

/** Our own code for a server that speaks TLS where it should greet. */
export const TLS_SPOKEN = 'ETLSSPOKEN';

const HANDSHAKE_REASONS: Readonly<Record<string, TlsVerdict>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls-mode-mismatch:plain-spoken',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'tls-mode-mismatch:plain-spoken',
  [TLS_SPOKEN]: 'tls-mode-mismatch:tls-expected',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'tls-too-old',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'tls-too-old',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'tls-client-certificate-required',
};

/** `issuerNamed`: see `Failure`. */
export function certificateVerdict(code: string, issuerNamed: boolean | undefined): TlsVerdict {
  if (code === LEAF_ONLY) return issuerNamed ? 'tls-untrusted:incomplete-chain' : 'tls-untrusted:unknown-ca';
  return CERTIFICATE_REASONS[code] ?? 'tls-untrusted:other';
}

export function handshakeVerdict(code: string): TlsVerdict {
  return HANDSHAKE_REASONS[code] ?? 'tls-failed';
}
