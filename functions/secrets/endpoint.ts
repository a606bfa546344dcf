import { createHash, X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { canonicalHost, type Endpoint, isHost, type Security, usualSecurity } from '../net/endpoint.ts';

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
  try {
    return blocks.map((pem) => new X509Certificate(pem));
  } catch {
    return null;
  }
}

/** The fields of a place to log in, wherever it is written down. */
export const place = {
  host: v.pipe(v.string('a host name'), v.check(isHost, 'a host name')),
  port: v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))], 'a port number'),
    v.integer('a port number'),
    v.minValue(1, 'a port from 1 to 65535'),
    v.maxValue(65535, 'a port from 1 to 65535'),
  ),
  security: v.optional(v.picklist(['tls', 'starttls'], '`tls` or `starttls`')),
  ca: v.optional(certificates),
};

/** A place of its own, as a list of them holds it. */
export const endpointSchema = v.pipe(v.object(place, 'an endpoint'), v.transform(endpointOf));

export interface EndpointFields {
  readonly host: string;
  readonly port: number;
  readonly security?: Security | undefined;
  readonly ca?: string | undefined;
}

export function endpointOf({ host, port, security, ca }: EndpointFields): Endpoint {
  return { host, port, security: security ?? usualSecurity(port), ...(ca && { ca }) };
}

/** An endpoint in the one form that all its spellings have: two are the same place, trusted alike, or they differ. */
export interface CanonicalEndpoint extends Omit<Endpoint, 'ca'> {
  /** `caDigest` of the certificates that are trusted instead of the public ones; null: the public ones. */
  readonly ca: string | null;
}

/** As in the command line's URLs: `smtp` is STARTTLS, always required. */
const SCHEMES: Readonly<Record<Security, string>> = { tls: 'smtps', starttls: 'smtp' };
/** A tag's value takes neither brackets nor commas, so an IPv6 address goes without: the last colon ends the host. */
const SPELLING = /^(smtps?):\/\/([^\s/]+):(\d{1,5})(?: ca=([0-9A-Fa-f:]{64,95}))?$/;

export function canonicalEndpoint({ host, port, security, ca }: Endpoint): CanonicalEndpoint {
  return { host: canonicalName(host), port, security, ca: ca === undefined ? null : caDigest(ca) };
}

/** `smtps://mail.example.com:465`, and ` ca=<64 hex digits>` where it has a CA of its own: made to stand in a tag. */
export function spelt({ host, port, security, ca }: CanonicalEndpoint): string {
  return `${SCHEMES[security]}://${host}:${port}${ca === null ? '' : ` ca=${ca}`}`;
}

/** The value of the tag that names an endpoint (names.ts). */
export function endpointTag(fields: EndpointFields): string {
  return spelt(canonicalEndpoint(endpointOf(fields)));
}

/** What an operator calls it by: host and port. */
export function addressOf({ host, port }: Pick<CanonicalEndpoint, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `host:port` in one spelling, with brackets around an IPv6 address; null when it is nothing of the kind. */
export function canonicalHostPort(text: string): string | null {
  const endpoint = endpointIn(`smtps://${text.replace(/^\[(.*)\](?=:\d+$)/, '$1')}`);
  return endpoint && endpoint.ca === null ? addressOf(endpoint) : null;
}

/** What `spelt` writes, in any case and with colons in the digest as OpenSSL prints it; null when it is nothing of the kind. */
export function endpointIn(text: string): CanonicalEndpoint | null {
  const [, scheme, host = '', port = '', digest] = SPELLING.exec(text) ?? [];
  const ca = digest?.replaceAll(':', '').toLowerCase() ?? null;
  if (!isHost(host) || Number(port) < 1 || Number(port) > 65535 || (ca !== null && ca.length !== 64))
    return null;
  const security = scheme === SCHEMES.tls ? 'tls' : 'starttls';
  return { host: canonicalName(host), port: Number(port), security, ca };
}

/**
 * SHA-256 in hex over the DER certificates of a PEM text, each once, in the order of their bytes. Of a single one that is
 * its fingerprint, as `openssl x509 -fingerprint -sha256` prints it.
 */
export function caDigest(pem: string): string {
  const certificates = certificatesIn(pem).map(({ raw }) => raw.toString('hex'));
  const hash = createHash('sha256');
  for (const der of [...new Set(certificates)].toSorted()) hash.update(der, 'hex');
  return hash.digest('hex');
}

/** What is no host stays as it is: lower case would make a K of the Kelvin sign. */
function canonicalName(host: string): string {
  return isHost(host) ? canonicalHost(host) : host;
}
