import { awsPage, microsoftPage, type Reference, rfc } from './reference.ts';
import type { Verdict } from './verdicts.ts';

/** Verdicts that no reply led to, by the beginning of their name; the longest comes first. */
const REFERENCES: readonly (readonly [prefix: string, reference: Reference])[] = [
  ['valid', rfc(4954, '4')],
  ['auth-not-offered', rfc(4954, '3')],
  ['mechanism-unsupported', rfc(4954, '4')],
  ['client-secret-rejected', rfc(6749, '5.2')],
  [
    'token-refused',
    microsoftPage('Microsoft Entra error codes', 'entra/identity-platform/reference-error-codes'),
  ],
  ['server-unproven', rfc(5802, '5')],
  ['scram-iterations', rfc(7677, '4')],
  ['protocol-error', rfc(5321, '4.2')],
  ['tls-untrusted:wrong-host', rfc(9525, '6')],
  ['tls-untrusted:incomplete-chain', rfc(8446, '4.4.2')],
  ['tls-untrusted', rfc(5280, '6.1')],
  ['tls-mode-mismatch', rfc(8314, '3.3')],
  ['tls-too-old', rfc(8996, '4')],
  ['tls-client-certificate-required', rfc(8446, '4.3.2')],
  ['tls-failed', rfc(8446, '6.2')],
  ['dns', rfc(2308, '1')],
  ['timeout:dns', rfc(1035, '7')],
  [
    'egress-blocked',
    awsPage('Amazon EC2: traffic on port 25', 'AWSEC2/latest/UserGuide/ec2-resource-limits.html'),
  ],
  ['refused', rfc(9293, '3.10.7')],
  ['unreachable', rfc(1122, '3.2.2.1')],
  ['timeout:connect', rfc(9293, '3.8.3')],
  ['timeout', rfc(5321, '4.5.3.2')],
  ['closed', rfc(5321, '3.8')],
];

export function referenceFor(verdict: Verdict): Reference | null {
  return REFERENCES.find(([prefix]) => verdict.startsWith(prefix))?.[1] ?? null;
}
