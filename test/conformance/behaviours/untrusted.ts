import type { Verdict } from '../../../functions/smtp/verdicts.ts';
import { ACCEPTED, answering, BEFORE_TLS, GREETING } from '../../support/dialogue-parts.ts';
import type { LeafFault } from '../../support/faulty-leaves.ts';
import type { Script } from '../../support/scripted-dialogue.ts';
import type { Handshake } from '../../support/scripted-tls.ts';
import type { Behaviour } from '../behaviour.ts';

const ACCEPTING: Script = [GREETING, answering(ACCEPTED)];
/** A TLS record with the fatal alert handshake_failure (RFC 8446 section 6.2). */
const ALERT = Uint8Array.of(0x15, 3, 3, 0, 2, 2, 40);
/** OpenSSL refuses these versions at its default security level. */
const OLD_TLS: Handshake = {
  settings: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
};

const unproven = (
  name: string,
  verdict: Verdict,
  reference: string,
  changes: Partial<Behaviour> = {},
): Behaviour => ({
  name,
  security: 'tls',
  script: ACCEPTING,
  truth: 'cannot be known',
  verdict,
  reference,
  ...changes,
});

const presenting = (certificate: LeafFault, verdict: Verdict, reference = 'RFC 5280, section 6'): Behaviour =>
  unproven(`certificate: ${certificate}, and any login accepted`, verdict, reference, { certificate });

/** A script for a connection on which the client begins TLS. */
const onTlsPort = (script: Script): Partial<Behaviour> => ({ speaksPlain: true, script });

const underTls = (handshake: Handshake): Script => [{ send: '', upgrade: handshake }, ...ACCEPTING];

/** Nobody has proven to be the server, so whatever it says of the password is worth nothing. */
export const UNTRUSTED: readonly Behaviour[] = [
  presenting('expired', 'tls-untrusted:expired'),
  presenting('not-yet-valid', 'tls-untrusted:not-yet-valid'),
  presenting('wrong-host', 'tls-untrusted:wrong-host', 'RFC 9525, section 6'),
  presenting('common-name-only', 'tls-untrusted:wrong-host', 'RFC 9525, section 2'),
  presenting('self-signed', 'tls-untrusted:self-signed'),
  presenting('unknown-ca', 'tls-untrusted:unknown-ca'),
  presenting('incomplete-chain', 'tls-untrusted:incomplete-chain'),
  presenting('huge-chain', 'tls-failed'),
  unproven('certificate: expired, after STARTTLS', 'tls-untrusted:expired', 'RFC 3207, section 4.1', {
    security: 'starttls',
    certificate: 'expired',
    script: [GREETING, BEFORE_TLS, answering(ACCEPTED)],
  }),
  unproven('certificate: wrong-host, after STARTTLS', 'tls-untrusted:wrong-host', 'RFC 3207, section 4.1', {
    security: 'starttls',
    certificate: 'wrong-host',
    script: [GREETING, BEFORE_TLS, answering(ACCEPTED)],
  }),
  unproven('TLS 1.1 at most', 'tls-too-old', 'RFC 8996', onTlsPort(underTls(OLD_TLS))),
  unproven('TLS handshake that stops half way', 'timeout:tls', 'RFC 8446, section 4', {
    ...onTlsPort(underTls({ cutAfter: { bytes: 200, ending: 'silence' } })),
  }),
  unproven('TLS alert instead of a handshake', 'tls-failed', 'RFC 8446, section 6.2', {
    ...onTlsPort([{ send: ALERT }]),
  }),
  unproven('connection closed in the TLS handshake', 'closed:tls', 'RFC 8446, section 6.1', {
    ...onTlsPort(underTls({ cutAfter: { bytes: 200, ending: 'close' } })),
  }),
  unproven('connection reset in the TLS handshake', 'closed:tls', 'RFC 8446, section 6.1', {
    ...onTlsPort(underTls({ cutAfter: { bytes: 0, ending: 'reset' } })),
  }),
  unproven(
    'plain SMTP on a port for TLS',
    'tls-mode-mismatch:plain-spoken',
    'RFC 8314, section 7.3',
    onTlsPort(ACCEPTING),
  ),
  unproven('TLS on a port for STARTTLS', 'timeout:greeting', 'RFC 8314, section 7.3', {
    security: 'starttls',
    script: underTls({}),
  }),
];
