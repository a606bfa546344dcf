import { resultWith } from '../../smtp/login-result.ts';
import { rfc } from '../../smtp/reference.ts';
import { certificateVerdict } from '../../smtp/verdicts/tls.ts';
import { type Check, fail, info, notApplicable, type Outcome, pass, unknown, warn } from '../check.ts';
import { onSession, seenBefore } from '../subjects/credential.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const FAIL_DAYS = 7;
const WARN_DAYS = 21;
/** RFC 9155 and RFC 6151: their collisions can be made, so a signature proves nothing. */
const BROKEN_HASH = /sha-?1|md[25]/i;
/** What public authorities may issue, by the first day of validity (CA/Browser Forum, ballot SC-081v3). */
const LONGEST_DAYS: readonly (readonly [from: string, days: number])[] = [
  ['2029-03-15', 47],
  ['2027-03-15', 100],
  ['2026-03-15', 200],
  ['2020-09-01', 398],
  ['2018-03-01', 825],
  ['', 1187],
];
const MODERN_KEYS: readonly string[] = ['ed25519', 'ed448'];
const LEAST_BITS: Readonly<Record<string, number>> = { rsa: 2048, 'rsa-pss': 2048, ec: 256 };

export const certificateChecks: readonly Check[] = [
  {
    id: 'cert.chain',
    practices: [5],
    title: 'Certificate chain',
    severity: 'critical',
    needs: ['server'],
    why: 'A chain that cannot be verified is no protection against somebody who impersonates the mail server. Keyturn never logs in over it.',
    remediation:
      'Serve a current certificate together with its intermediate certificates; for a private CA, put its certificate into `ca` of the secret.',
    reference: rfc(5280, '6'),
    rule: onSession(({ chainError, issuerNamed, certificate }) => {
      if (chainError === null) return pass(`Issued by ${certificate.issuer}.`);
      const { advice } = resultWith(certificateVerdict(chainError, issuerNamed));
      return fail(`${chainError}: ${advice}`);
    }),
  },
  {
    id: 'cert.hostname',
    practices: [5],
    title: 'Certificate host name',
    severity: 'critical',
    needs: ['server'],
    why: 'A valid certificate for another name identifies another server. Only subjectAltName counts; the common name does not.',
    remediation: 'Correct `host` in the secret, or issue the certificate for this name as a subjectAltName.',
    reference: rfc(9525, '6.3'),
    rule: onSession(({ coversHost, certificate }, { host }) =>
      coversHost
        ? pass(`A subjectAltName covers ${host}.`)
        : fail(`No subjectAltName covers ${host}; the subject is ${certificate.subject || 'empty'}.`),
    ),
  },
  {
    id: 'cert.expiry',
    practices: [5, 13],
    title: 'Certificate expiry',
    severity: 'high',
    needs: ['server'],
    why: 'On the day a certificate expires every client that verifies it stops sending.',
    remediation: 'Renew it now, and let ACME renew it from then on, when a third of its lifetime is left.',
    reference: rfc(5280, '4.1.2.5'),
    rule: onSession(({ certificate }) => expiryOutcome(certificate)),
  },
  {
    id: 'cert.key',
    practices: [5],
    title: 'Certificate key',
    severity: 'medium',
    needs: ['server'],
    why: 'RSA keys below 2048 bits and elliptic curves below 256 bits can be broken, and the proof of identity with them.',
    remediation: 'Get a new certificate for an ECDSA P-256 key, or for an RSA key of at least 2048 bits.',
    reference: rfc(9325, '4.5'),
    rule: onSession(({ certificate: { keyType, keyBits } }) => keyOutcome(keyType, keyBits)),
  },
  {
    id: 'cert.sigalg',
    practices: [5],
    title: 'Certificate signature',
    severity: 'high',
    needs: ['server'],
    why: 'SHA-1 and MD5 allow two certificates that share one signature, so somebody else may hold a valid one for this server.',
    remediation:
      'Have the certificate issued again; every CA today signs with SHA-256 or better, or with Ed25519.',
    reference: rfc(9325, '4.5'),
    rule: onSession(({ signature }) => signatureOutcome(signature)),
  },
  {
    id: 'cert.lifetime',
    practices: [5],
    title: 'Certificate lifetime',
    severity: 'low',
    needs: ['server'],
    why: 'A long-lived certificate is renewed by hand, by somebody who has forgotten how, and a stolen key stays useful for as long.',
    remediation:
      'Automate its renewal with ACME: public CAs issue for at most 200 days since March 2026, 100 from March 2027 and 47 from March 2029.',
    reference: rfc(5280, '4.1.2.5'),
    rule: onSession(({ certificate }) => lifetimeOutcome(certificate)),
  },
  {
    id: 'cert.changed',
    practices: [7, 13],
    title: 'Certificate key since the last audit',
    severity: 'medium',
    needs: ['server', 'history'],
    why: 'A new key is normal after a renewal; one that nobody made is the mark of an attacker in the middle.',
    remediation:
      'Compare the fingerprint of the key with that on the server. If nobody renewed the certificate, look at the network path before the next login.',
    reference: rfc(7469, '2.4'),
    rule: (facts) =>
      onSession(({ keyFingerprint256, chainError }, endpoint) => {
        const before = seenBefore(facts, endpoint);
        if (!before?.spki256) return notApplicable('No audit has seen the key of this server before.');
        if (keyFingerprint256 === null)
          return unknown('tls-failed', 'The key of the certificate could not be read.');
        if (before.spki256 === keyFingerprint256)
          return pass('The server has the same key as at the last audit.');
        const evidence = `The server has a different key from that of ${new Date(before.seenAt).toISOString().slice(0, 10)}`;
        return chainError === null
          ? info(`${evidence}, with a certificate that is trusted.`)
          : warn(`${evidence}, and its certificate is not trusted.`);
      })(facts),
  },
];

interface Dates {
  readonly validFrom: string;
  readonly validTo: string;
  readonly daysLeft: number;
}

function signatureOutcome(signature: string): Outcome {
  const evidence = `Signed with ${signature}.`;
  return BROKEN_HASH.test(signature) ? fail(evidence) : pass(evidence);
}

function lifetimeOutcome({ validFrom, validTo }: Dates): Outcome {
  const days = Math.round((Date.parse(validTo) - Date.parse(validFrom)) / DAY_MS);
  const longest = LONGEST_DAYS.find(([from]) => validFrom >= from)?.[1] ?? 0;
  const evidence = `Valid for ${days} days in all.`;
  if (days <= longest) return pass(evidence);
  return info(`${evidence} Public CAs were limited to ${longest} when it was issued.`);
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
  if (least === undefined) return fail(`${evidence} Mail clients do not accept this type.`);
  if (bits === null) return warn(`${evidence} Its curve is none of P-256, P-384 and P-521.`);
  return bits < least ? fail(evidence) : pass(evidence);
}
