import type { Credential } from '../../../../functions/providers/secret.ts';
import type { LoginEvidence } from '../../../../functions/smtp/evidence.ts';

/** What a login shows that a server accepted or refused. */
export function loginEvidence(
  { endpoint: { host, port, security } }: Credential,
  accepted: boolean,
): LoginEvidence {
  const reply = accepted
    ? { code: 235, enhanced: null, text: 'Authentication successful.' }
    : { code: 535, enhanced: null, text: 'Authentication Credentials Invalid' };
  return {
    endpoint: { host, port, security },
    stage: accepted ? 'done' : 'auth',
    failure: accepted ? null : { kind: 'reply', reply },
    authSent: true,
    tls: null,
    offered: ['PLAIN', 'LOGIN'],
    used: 'PLAIN',
    greeting: null,
    reply,
    timings: { dnsMs: 0, connectMs: 0, tlsMs: 0, authMs: 0, totalMs: 0 },
    stages: [],
  };
}
