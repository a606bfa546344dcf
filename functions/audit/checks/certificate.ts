import { rfc } from '../../smtp/reference.ts';
import { judgeCertificate } from '../../smtp/tls-verdict.ts';
import { judgementOf } from '../../smtp/verdict.ts';
import type { Check } from '../check.ts';
import { fail, type Outcome, pass, warn } from '../outcome.ts';
import { onSession } from './subject.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const FAIL_DAYS = 7;
const WARN_DAYS = 21;
const MODERN_KEYS: readonly string[] = ['ed25519', 'ed448'];
const LEAST_BITS: Readonly<Record<string, number>> = { rsa: 2048, 'rsa-pss': 2048, ec: 256 };

export const certificateChecks: readonly Check[] = [
  {
    id: 'cert.chain',
    practices: [5],
    title: 'Certificate chain',
    severity: 'critical',
    why: 'A chain that cannot be verified gives no protection against a stranger who poses as the mail server. Keyturn never logs in over it.',
    mend: 'Serve a current certificate together with its intermediate certificates; for a private authority put its certificate into `ca` of the secret.',
    reference: rfc(5280, '6'),
    rule: onSession(({ chainError, issuerNamed, certificate }) => {
      if (chainError === null) return pass(`Issued by ${certificate.issuer}.`);
      const { advice } = judgementOf(judgeCertificate(chainError, issuerNamed));
      return fail(`${chainError}: ${advice}`);
    }),
  },
  {
    id: 'cert.hostname',
    practices: [5],
    title: 'Certificate host name',
    severity: 'critical',
    why: 'A valid certificate for another name proves another server. Only subjectAltName counts, the common name does not.',
    mend: 'Correct `host` in the secret, or issue the certificate for this name as a subjectAltName.',
    reference: rfc(9525, '6.3'),
    rule: onSession(({ coversHost, certificate }, _server, host) =>
      coversHost
        ? pass(`A subjectAltName covers ${host}.`)
        : fail(
            `No subjectAltName covers ${host}; the certificate is for ${certificate.subject || 'nobody'}.`,
          ),
    ),
  },
  {
    id: 'cert.expiry',
    practices: [5, 13],
    title: 'Certificate expiry',
    severity: 'high',
    why: 'On the day a certificate expires every client that verifies it stops sending.',
    mend: 'Renew it now, and let it renew itself (ACME) when a third of its life is left.',
    reference: rfc(5280, '4.1.2.5'),
    rule: onSession(({ certificate }) => expiryOutcome(certificate)),
  },
  {
    id: 'cert.key',
    practices: [5],
    title: 'Certificate key',
    severity: 'medium',
    why: 'RSA below 2048 bits and elliptic curves below 256 bits can be broken, and with them the proof of identity.',
    mend: 'Issue a new certificate on an ECDSA P-256 key, or RSA of at least 2048 bits.',
    reference: rfc(9325, '4.5'),
    rule: onSession(({ certificate: { keyType, keyBits } }) => keyOutcome(keyType, keyBits)),
  },
];

interface Dates {
  readonly validFrom: string;
  readonly validTo: string;
  readonly daysLeft: number;
}

/** For certificates that live for days or weeks the limits shrink with the lifetime, or they would always warn. */
function expiryOutcome({ validFrom, validTo, daysLeft }: Dates): Outcome {
  const lifetime = (Date.parse(validTo) - Date.parse(validFrom)) / DAY_MS;
  const date = validTo.slice(0, 10);
  if (daysLeft < 0) return fail(`Expired on ${date}.`);
  const evidence = `Valid until ${date}, ${daysLeft} days left.`;
  if (daysLeft < Math.min(FAIL_DAYS, lifetime / 9)) return fail(evidence);
  return daysLeft < Math.min(WARN_DAYS, lifetime / 3) ? warn(evidence) : pass(evidence);
}

function keyOutcome(type: string, bits: number | null): Outcome {
  const evidence = bits === null ? `${type} key.` : `${type} key of ${bits} bits.`;
  if (MODERN_KEYS.includes(type)) return pass(evidence);
  const least = LEAST_BITS[type];
  if (least === undefined) return fail(`${evidence} Mail clients do not take this type.`);
  if (bits === null) return warn(`${evidence} Its curve is not one of P-256, P-384, P-521.`);
  return bits < least ? fail(evidence) : pass(evidence);
}
