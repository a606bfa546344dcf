import 'reflect-metadata';
import { subtle, type webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signatureAlgorithmOf } from '../../../functions/net/certificate.ts';

const RSA = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };

async function derOf(algorithm: object): Promise<Buffer> {
  const keys = (await subtle.generateKey(algorithm as webcrypto.EcKeyGenParams, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: algorithm as webcrypto.EcdsaParams,
  });
  return new X509Certificate(cert.toString('pem')).raw;
}

describe('the signature algorithm of a certificate', () => {
  it.each([
    [{ ...RSA, hash: 'SHA-1' }, 'sha1WithRSAEncryption'],
    [{ ...RSA, hash: 'SHA-256' }, 'sha256WithRSAEncryption'],
    [{ ...RSA, hash: 'SHA-512' }, 'sha512WithRSAEncryption'],
    [{ ...RSA, name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 }, 'RSASSA-PSS'],
    [{ ...RSA, name: 'RSA-PSS', hash: 'SHA-1', saltLength: 20 }, 'RSASSA-PSS with SHA-1'],
    [{ name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-1' }, 'ecdsa-with-SHA1'],
    [{ name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }, 'ecdsa-with-SHA384'],
    [{ name: 'Ed25519' }, 'ED25519'],
  ])('%o is read as %s', async (algorithm, expected) => {
    expect(signatureAlgorithmOf(new X509Certificate(await derOf(algorithm)))).toBe(expected);
  });

  it('is never an exception, whatever OpenSSL takes for a certificate', async () => {
    const der = await derOf({ ...RSA, name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 });
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), (at, octet) => {
        const changed = Buffer.from(der);
        changed[at] = octet;
        const certificate = read(changed);
        if (certificate) expect(typeof signatureAlgorithmOf(certificate)).toBe('string');
      }),
    );
  });

  it('that nobody knows is not told by its number, which is free to be anything', async () => {
    const der = await derOf({ name: 'Ed25519' });
    const oid = Buffer.from('2b6570', 'hex');
    const at = der.lastIndexOf(oid);
    Buffer.from('pw!').copy(der, at);
    expect(signatureAlgorithmOf(new X509Certificate(der))).toBe('an unknown algorithm');
  });
});

function read(der: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}
