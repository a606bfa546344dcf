import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { mask, REDACTED } from '../observe/shown.ts';
import { BoundedCache } from './bounded-cache.ts';

const CERTIFICATES = 500;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601. */
  readonly validFrom: string;
  readonly validTo: string;
  readonly daysLeft: number;
  readonly fingerprint256: string;
  /** `rsa` or `ec`, and its size in bits. */
  readonly keyType: string;
  readonly keyBits: number | null;
}

/** A TLS session that was verified: chain, name and dates. */
export interface TlsFacts {
  readonly protocol: string;
  readonly cipher: string;
  readonly group: string | null;
  readonly certificate: CertificateFacts;
}

/** The session of a TLS socket whose handshake is complete, and its leaf certificate. `now` in milliseconds since 1970. */
export function tlsFacts(socket: TLSSocket, certificate: CertificateFacts, now: number): TlsFacts {
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    group: keyExchangeGroup(socket),
    certificate: { ...certificate, daysLeft: daysLeft(certificate.validTo, now) },
  };
}

/** By fingerprint: most logins see a certificate that was seen before, and to read a public key is dear. */
const known = new BoundedCache<Omit<CertificateFacts, 'daysLeft'>>(CERTIFICATES);

/** Null where OpenSSL does not say it: before Node.js 24 for a hybrid of ML-KEM. */
export function keyExchangeGroup(socket: TLSSocket): string | null {
  const info = socket.getEphemeralKeyInfo();
  return info !== null && 'name' in info && typeof info.name === 'string' ? info.name : null;
}

export function certificateFacts(certificate: X509Certificate, now: number): CertificateFacts {
  const facts = known.get(certificate.fingerprint256) ?? lastingFacts(certificate);
  known.set(facts.fingerprint256, facts);
  return { ...facts, daysLeft: daysLeft(facts.validTo, now) };
}

function lastingFacts(certificate: X509Certificate): Omit<CertificateFacts, 'daysLeft'> {
  const { asymmetricKeyType, asymmetricKeyDetails } = readable(() => certificate.publicKey) ?? {};
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    validFrom: new Date(certificate.validFrom).toISOString(),
    validTo: new Date(certificate.validTo).toISOString(),
    fingerprint256: certificate.fingerprint256,
    keyType: asymmetricKeyType ?? 'unknown',
    keyBits:
      asymmetricKeyDetails?.modulusLength ?? CURVE_BITS[asymmetricKeyDetails?.namedCurve ?? ''] ?? null,
  };
}

/** The SubjectPublicKeyInfo in DER; null where OpenSSL cannot read it. */
export function publicKeyInfo(certificate: X509Certificate): Buffer | null {
  return readable(() => certificate.publicKey.export({ type: 'spki', format: 'der' }));
}

/** A server may send along certificates whose keys nobody can read: OpenSSL minds its own only. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Whole days until a certificate expires, negative afterwards; `now` in milliseconds since 1970. */
export function daysLeft(validTo: string, now: number): number {
  return Math.floor((Date.parse(validTo) - now) / DAY_MS);
}

const CURVE_BITS: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521 };

/** The attributes of RFC 5280 section 4.1.2.4, and those by which a company is named (EV Guidelines section 9.2). */
const ATTRIBUTE =
  /^(?:CN|O|OU|C|ST|L|DC|UID|SN|GN|title|street|postalCode|serialNumber|organizationIdentifier|businessCategory|jurisdiction\w{1,2}|emailAddress)=/;
/** No name has so many letters and digits in a row; a password has, and what it becomes as hexadecimal or base64. */
const RANDOM = /[A-Za-z0-9+/_]{16,}/g;

/**
 * The subject or issuer of a certificate as it may be shown. Node prints one attribute a line; RFC 4514 joins them with
 * commas. Whoever made the certificate wrote this: mail addresses and what looks like a password are left out.
 */
export function nameOf(name: string | undefined): string {
  const attributes = (name ?? '').split('\n').filter((line) => ATTRIBUTE.test(line));
  return mask(attributes.join(', ')).replace(RANDOM, (run) => (/\d/.test(run) ? REDACTED : run));
}

/** RFC 5280 section 4.2.2.1. */
export function isIssuerNamed({ infoAccess }: X509Certificate): boolean {
  return /^CA Issuers - URI:/m.test(infoAccess ?? '');
}

const RSASSA_PSS = '1.2.840.113549.1.1.10';
/** That OID in DER, and what those of SHA-2 and SHA-3 begin with; between them stand the headers of the parameters. */
const PSS_OID = Buffer.from('06092a864886f70d01010a', 'hex');
const NIST_HASH = Buffer.from('6086480165030402', 'hex');
const PSS_HEADERS_OCTETS = 8;

/**
 * What the issuer signed the certificate with, by OpenSSL's name, such as `sha256WithRSAEncryption`. The OID of an unknown
 * one is not told: whoever made the certificate chose it.
 */
export function signatureAlgorithmOf(certificate: X509Certificate): string {
  const { signatureAlgorithm, signatureAlgorithmOid, raw } = certificate;
  if (signatureAlgorithmOid !== RSASSA_PSS) return signatureAlgorithm ?? 'an unknown algorithm';
  // Its name leaves out the hash, with which the parameters begin: SHA-1 where they name none (RFC 8017 appendix A.2.3).
  const parameters = raw.indexOf(PSS_OID) + PSS_OID.length;
  const hash = raw.subarray(parameters, parameters + PSS_HEADERS_OCTETS + NIST_HASH.length);
  return hash.includes(NIST_HASH) ? 'RSASSA-PSS' : 'RSASSA-PSS with SHA-1';
}
