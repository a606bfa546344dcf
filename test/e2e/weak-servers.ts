import 'reflect-metadata';
import { subtle } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import * as x509 from '@peculiar/x509';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createAuthority, type Leaf } from '../../sandbox/certificates.ts';

export interface WeakServer {
  readonly port: number;
  readonly ca: string;
}

export interface WeakServers {
  /** TLS 1.0, logins in clear, CRAM-MD5, and a greeting that names its version. */
  readonly old: WeakServer;
  /** A self-signed certificate on an RSA key of 1024 bits, without any subjectAltName. */
  readonly weakKey: WeakServer;
  /** A certificate that ends in three days. */
  readonly expiring: WeakServer;
  readonly sound: WeakServer;
  close(): Promise<void>;
}

export const USERNAME = 'relay@mg.example.com';
/** All of them log in; the last one is what a person thinks of. */
export const PASSWORDS = {
  exposed: 'kZ7mQ2vX9rT4wY6pB1nD',
  sound: 'cW4qM9dR1yF6zP8jH3bS',
  short: 'Summer2026!',
} as const;

/** Mail servers as they are found, each with its faults; free ports of 127.0.0.1. */
export async function openWeakServers(): Promise<WeakServers> {
  const authority = await createAuthority();
  const [good, expiring, weak] = await Promise.all([
    authority.issue({ names: ['localhost'] }),
    authority.issue({ names: ['localhost'], from: -87, until: 3 }),
    weakLeaf(),
  ]);
  const servers = [
    new SMTPServer({
      ...common(good),
      banner: 'Postfix 3.4.13',
      authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
      allowInsecureAuth: true,
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    }),
    new SMTPServer({ ...common(weak), minVersion: 'TLSv1.2', ciphers: 'DEFAULT:@SECLEVEL=0' }),
    new SMTPServer(common(expiring)),
    new SMTPServer(common(good)),
  ];
  const [old, weakKey, soon, sound] = await Promise.all(servers.map(listening));
  return {
    old: { port: old ?? 0, ca: authority.cert },
    weakKey: { port: weakKey ?? 0, ca: authority.cert },
    expiring: { port: soon ?? 0, ca: authority.cert },
    sound: { port: sound ?? 0, ca: authority.cert },
    close: async () => {
      await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(resolve))));
    },
  };
}

function common(leaf: Leaf): SMTPServerOptions {
  return {
    ...leaf,
    name: 'smtp.example.com',
    authMethods: ['PLAIN'],
    disableReverseLookup: true,
    closeTimeout: 1,
    onAuth: ({ username, password = '', validatePassword }, _session, callback) => {
      const right = Object.values(PASSWORDS).some((one) => password === one || validatePassword?.(one));
      if (username === USERNAME && right) return callback(null, { user: username });
      callback(Object.assign(new Error('Authentication failed'), { responseCode: 535 }));
    },
  };
}

async function listening(server: SMTPServer): Promise<number> {
  // A client that refuses the certificate shows up here as an error.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return (server.server.address() as AddressInfo).port;
}

const RSA_1024 = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 1024,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;

async function weakLeaf(): Promise<Leaf> {
  const keys = await subtle.generateKey(RSA_1024, true, ['sign', 'verify']);
  const options = { name: 'CN=localhost', keys, signingAlgorithm: RSA_1024 };
  const cert = await x509.X509CertificateGenerator.createSelfSigned(options);
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey));
  return { cert: cert.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}
