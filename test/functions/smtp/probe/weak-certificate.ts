import 'reflect-metadata';
import { subtle } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Leaf } from '../../../../sandbox/certificates.ts';

const RSA_1024 = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 1024,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;

/** Self-signed, on a key that OpenSSL refuses by default, and `localhost` is only its common name. */
export async function weakCertificate(): Promise<Leaf> {
  const keys = await subtle.generateKey(RSA_1024, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: RSA_1024,
  });
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey));
  return { cert: cert.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}
