import { X509Certificate } from 'node:crypto';
import * as v from 'valibot';

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** PEM certificates and nothing else. */
export const certificates = v.pipe(
  v.string('PEM certificates'),
  v.check(areCertificates, 'PEM certificates'),
);

/** Those in a PEM text that `certificates` takes, in its order. */
export function certificatesIn(pem: string): X509Certificate[] {
  return [...pem.matchAll(PEM)].map(([one]) => new X509Certificate(one));
}

/** OpenSSL passes over what it cannot read in silence, and then trusts nobody. */
function areCertificates(ca: string): boolean {
  const blocks = [...ca.matchAll(PEM)].map(([pem]) => pem);
  const begun = ca.split('-----BEGIN').length - 1;
  // Stryker disable BlockStatement: an empty catch returns undefined, which refuses the value as false does.
  try {
    return blocks.length > 0 && begun === blocks.length && blocks.every((pem) => new X509Certificate(pem));
  } catch {
    return false;
  }
}
// Stryker restore BlockStatement
