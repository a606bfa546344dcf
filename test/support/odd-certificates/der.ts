import { type KeyObject, sign } from 'node:crypto';

const DAY_MS = 24 * 60 * 60 * 1000;
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';

type Octets = Buffer | readonly number[];

/** Tag, length and content (X.690 section 8.1). */
export function element(tag: number, ...parts: readonly Octets[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

export const sequence = (...parts: readonly Octets[]) => element(0x30, ...parts);
export const oid = (hex: string) => element(0x06, Buffer.from(hex, 'hex'));
export const integer = (octets: Octets) => element(0x02, octets);
export const bits = (octets: Octets) => element(0x03, [0], octets);

export interface CertificateParts {
  readonly subject: string;
  readonly issuer: string;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Buffer;
  /** Any EC key that OpenSSL can sign with, on any curve. */
  readonly signingKey: KeyObject;
  readonly isAuthority?: boolean;
  /** GeneralNames of the subjectAltName; absent without. */
  readonly names?: readonly Buffer[];
}

let serial = 0;

/** A certificate (RFC 5280 section 4.1) as PEM, on keys and with names that no library would make one for. */
export function certificate(parts: CertificateParts): string {
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  serial += 1;
  const body = sequence(
    element(0xa0, integer([2])),
    integer([1, serial >> 16, (serial >> 8) & 0xff, serial & 0xff]),
    algorithm,
    distinguishedName(parts.issuer),
    sequence(time(-DAY_MS), time(30 * DAY_MS)),
    distinguishedName(parts.subject),
    parts.publicKey,
    ...extensions(parts),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, parts.signingKey)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function extensions({ isAuthority = false, names }: CertificateParts): readonly Buffer[] {
  const basic = extension('551d13', true, sequence(element(0x01, [0xff])));
  const alternative = names && extension('551d11', false, sequence(...names));
  const all = [...(isAuthority ? [basic] : []), ...(alternative ? [alternative] : [])];
  return all.length > 0 ? [element(0xa3, sequence(...all))] : [];
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [element(0x01, [0xff])] : []), element(0x04, value));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(element(0x31, sequence(oid(COMMON_NAME), element(0x0c, Buffer.from(commonName)))));
}

/** From now, as GeneralizedTime. */
function time(ms: number): Buffer {
  const digits = new Date(Date.now() + ms).toISOString().replace(/\D/g, '').slice(0, 14);
  return element(0x18, Buffer.from(`${digits}Z`));
}

/** GeneralNames of RFC 5280 section 4.2.1.6. */
export const NAMES = {
  email: (text: string) => element(0x81, Buffer.from(text)),
  dns: (text: string) => element(0x82, Buffer.from(text)),
  uri: (text: string) => element(0x86, Buffer.from(text)),
  ip: (octets: Octets) => element(0x87, octets),
  /** A user principal name. */
  other: (text: string) =>
    element(0xa0, oid('2b060104018237140203'), element(0xa0, element(0x0c, Buffer.from(text)))),
  registered: (hex: string) => element(0x88, Buffer.from(hex, 'hex')),
  directory: (text: string) => element(0xa4, distinguishedName(text)),
};
