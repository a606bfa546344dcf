const PSS = 'RSASSA-PSS';
const SHA1 = '2b0e03021a';
/** The tag of `hashAlgorithm [0]`. */
const HASH = 0xa0;

/** OIDs of RFC 8017, RFC 5758, RFC 8410 and their older kin, as their octets stand in a certificate (X.690 section 8.19). */
const NAMES: Readonly<Record<string, string>> = {
  '2a864886f70d010102': 'md2WithRSAEncryption',
  '2a864886f70d010104': 'md5WithRSAEncryption',
  '2a864886f70d010105': 'sha1WithRSAEncryption',
  '2b0e03021d': 'sha1WithRSAEncryption',
  '2a864886f70d01010b': 'sha256WithRSAEncryption',
  '2a864886f70d01010c': 'sha384WithRSAEncryption',
  '2a864886f70d01010d': 'sha512WithRSAEncryption',
  '2a864886f70d01010a': PSS,
  '2a8648ce380403': 'dsa-with-sha1',
  '2a8648ce3d0401': 'ecdsa-with-SHA1',
  '2a864886f70d01010e': 'sha224WithRSAEncryption',
  '2a8648ce3d040301': 'ecdsa-with-SHA224',
  '2a8648ce3d040302': 'ecdsa-with-SHA256',
  '2a8648ce3d040303': 'ecdsa-with-SHA384',
  '2a8648ce3d040304': 'ecdsa-with-SHA512',
  '2b6570': 'Ed25519',
  '2b6571': 'Ed448',
};

interface Element {
  /** Where its content begins and ends. */
  readonly start: number;
  readonly end: number;
}

/**
 * The `signatureAlgorithm` of a certificate in DER (RFC 5280 section 4.1.1.2): Certificate ::= SEQUENCE
 * { tbsCertificate, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, .. }, .. }. Never throws: `unreadable` for anything else.
 * The OID of an unknown one is not told: whoever made the certificate chose it.
 */
export function signatureAlgorithm(der: Buffer): string {
  const certificate = elementAt(der, 0);
  const signed = certificate && elementAt(der, certificate.start);
  const algorithm = signed && elementAt(der, signed.end);
  const identifier = algorithm && elementAt(der, algorithm.start);
  if (!identifier) return 'unreadable';
  const octets = der.toString('hex', identifier.start, identifier.end);
  const name = NAMES[octets] ?? 'an unknown algorithm';
  return name === PSS && isPssOfSha1(der, identifier.end, algorithm.end) ? `${PSS} with SHA-1` : name;
}

/** RFC 8017 appendix A.2.3: parameters that name no hash mean SHA-1. */
function isPssOfSha1(der: Buffer, at: number, end: number): boolean {
  const parameters = at < end ? elementAt(der, at) : null;
  if (!parameters || der[parameters.start] !== HASH) return true;
  const hash = elementAt(der, parameters.start);
  const algorithm = hash && elementAt(der, hash.start);
  const identifier = algorithm && elementAt(der, algorithm.start);
  return !identifier || der.toString('hex', identifier.start, identifier.end) === SHA1;
}

/** Tag, length, content; a length of 0x80 and more says how many octets of length follow. */
function elementAt(der: Buffer, at: number): Element | null {
  const first = der[at + 1];
  if (first === undefined) return null;
  const octets = first < 0x80 ? 0 : first - 0x80;
  if (octets > 4 || at + 2 + octets > der.length) return null;
  const length = octets === 0 ? first & 0x7f : der.readUIntBE(at + 2, octets);
  const start = at + 2 + octets;
  return start + length > der.length ? null : { start, end: start + length };
}
