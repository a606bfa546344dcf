import type { TlsVerdict } from '../verdicts.ts';
import { after, type Meaning, unknown } from './meaning.ts';

export const TLS_MEANINGS: Readonly<Record<TlsVerdict, Meaning>> = {
  'tls-untrusted:expired': unknown('The certificate has expired. Renew it on the server.'),
  'tls-untrusted:not-yet-valid': unknown(
    'The certificate is not valid yet. Check the clock of the server and the certificate dates.',
  ),
  'tls-untrusted:wrong-host': unknown(
    'The certificate is for another host name. Correct `host`, or give the server a certificate for this name.',
  ),
  'tls-untrusted:self-signed': unknown(
    'The certificate is self-signed. Put it into `ca` if it is yours, or use one from a public authority.',
  ),
  'tls-untrusted:unknown-ca': unknown(
    'The certificate comes from an unknown authority. Put that authority into `ca` if it is yours, or have the server send its full chain.',
  ),
  'tls-untrusted:incomplete-chain': unknown(
    'The server sends its own certificate only, without the intermediate ones that lead to its authority. Configure the full chain on the server, or put the missing certificate into `ca`.',
  ),
  'tls-untrusted:revoked': unknown('The certificate was revoked. Replace it on the server.'),
  'tls-untrusted:other': unknown(
    'The certificate could not be verified. Check the chain with `openssl s_client`.',
  ),
  'tls-mode-mismatch:plain-spoken': unknown(
    'The server speaks plain text where TLS was begun. Use `security: starttls` here, or port 465. If this worked before, the server turned the client away in plain text: too many connections, or a blocked address.',
  ),
  'tls-mode-mismatch:tls-expected': unknown(
    'The server expects TLS from the first byte on this port. Use `security: tls` here, or port 587.',
  ),
  'tls-too-old': unknown('The server only speaks a TLS version older than 1.2 (RFC 8996). Upgrade it.'),
  'tls-client-certificate-required': unknown(
    'The server wants a TLS client certificate, which an SMTP credential does not have. Check `host` and `port`, or switch that off on the server.',
  ),
  'tls-failed': unknown('The TLS handshake failed. Check the TLS settings of the server.', after(60)),
};
