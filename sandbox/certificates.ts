import 'reflect-metadata';
import { subtle, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

const DAY_MS = 24 * 60 * 60 * 1000;
const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** PEM key and certificate, as `tls.createServer` takes them. */
export interface Leaf {
  readonly key: string;
  readonly cert: string;
}

export interface LeafOptions {
  /** DNS names and IP addresses for the subjectAltName (RFC 9525); the first one is also the common name. */
  readonly names: readonly string[];
  /** Days from now; default -1 and 90. An `until` in the past makes an expired certificate. */
  readonly from?: number;
  readonly until?: number;
}

/** A certificate authority made on the spot; its private key never leaves the process. */
export interface Authority {
  readonly cert: string;
  issue(options: LeafOptions): Promise<Leaf>;
}

export async function createAuthority(commonName = 'Keyturn sandbox CA'): Promise<Authority> {
  const keys = await generateKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    notBefore: daysFromNow(-3650),
    notAfter: daysFromNow(3650),
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    cert: root.toString('pem'),
    issue: (options) => issueLeaf(options, root.subject, keys.privateKey),
  };
}

async function issueLeaf(
  options: LeafOptions,
  issuer: string,
  signingKey: webcrypto.CryptoKey,
): Promise<Leaf> {
  const keys = await generateKeys();
  const cert = await x509.X509CertificateGenerator.create({
    subject: `CN=${options.names[0]}`,
    issuer,
    notBefore: daysFromNow(options.from ?? -1),
    notAfter: daysFromNow(options.until ?? 90),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: SIGNATURE,
    extensions: [new x509.SubjectAlternativeNameExtension(options.names.map(generalName))],
  });
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey));
  return { cert: cert.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return subtle.generateKey(KEY, true, ['sign', 'verify']);
}

function generalName(name: string): { type: 'ip' | 'dns'; value: string } {
  return { type: isIP(name) ? 'ip' : 'dns', value: name };
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}
