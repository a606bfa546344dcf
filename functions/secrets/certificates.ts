import { X509Certificate } from 'node:crypto';
import * as v from 'valibot';

const EXPECTED = 'PEM certificates';
const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
/** OpenSSL's names of P-256, P-384 and P-521, the curves that public authorities may use. */
const CURVES: readonly unknown[] = ['prime256v1', 'secp384r1', 'secp521r1'];

/**
 * PEM certificates and nothing else. Those on other elliptic curves are refused by name: Node 24.21 dies of them, in
 * whatever trusts them.
 */
export const certificates = v.pipe(
  v.string(EXPECTED),
  v.rawCheck(({ dataset, addIssue }) => {
    const message = dataset.typed ? objection(dataset.value) : null;
    if (message !== null) addIssue({ message });
  }),
);

function objection(ca: string): string | null {
  const keys = parsed(ca)?.map(unfitKey);
  if (!keys) return EXPECTED;
  const unfit = keys.find((key) => key !== null);
  return unfit ? `${EXPECTED} with RSA, Ed25519, P-256, P-384 or P-521 keys, not ${unfit}` : null;
}

/** In OpenSSL's words, never the certificate's. */
function unfitKey(certificate: X509Certificate): string | null {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
    if (asymmetricKeyType !== 'ec') return asymmetricKeyType ? null : 'another type of key';
    const curve = asymmetricKeyDetails?.namedCurve;
    return CURVES.includes(curve) ? null : (curve ?? 'a curve without a name');
  } catch {
    return 'an unreadable key';
  }
}

/** Those in a PEM text that `certificates` takes, in its order. */
export function certificatesIn(pem: string): X509Certificate[] {
  return [...pem.matchAll(PEM)].map(([one]) => new X509Certificate(one));
}

/** OpenSSL passes over what it cannot read in silence, and then trusts nobody. */
function parsed(ca: string): readonly X509Certificate[] | null {
  const blocks = [...ca.matchAll(PEM)].map(([pem]) => pem);
  const begun = ca.split('-----BEGIN').length - 1;
  if (blocks.length === 0 || begun !== blocks.length) return null;
  // Stryker disable BlockStatement: an empty catch returns undefined, which refuses the value as null does.
  try {
    return blocks.map((pem) => new X509Certificate(pem));
  } catch {
    return null;
  }
}
// Stryker restore BlockStatement
