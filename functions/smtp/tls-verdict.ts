import type { TlsVerdict } from './verdicts.ts';

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
