import { subtle, type webcrypto } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Endpoint, Security } from '../../../functions/net/endpoint.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { login } from '../../../functions/smtp/login.ts';
import { resultOf } from '../../../functions/smtp/login-result.ts';
import { type Authority, createAuthority, type Leaf } from '../../../sandbox/certificates.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { listen } from '../../support/smtp-servers.ts';

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;

interface Issuer {
  readonly name: string;
  readonly key: webcrypto.CryptoKey;
}

/** A certificate by `issuer`, or by itself; `issuerUrl` says where the issuer's certificate is to be had. */
async function certificate(
  name: string,
  issuer: Issuer | null,
  options: { ca?: boolean; issuerUrl?: boolean } = {},
) {
  const keys = await subtle.generateKey(KEY, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    notBefore: new Date(Date.now() - 1e8),
    notAfter: new Date(Date.now() + 1e9),
    publicKey: keys.publicKey,
    signingKey: issuer?.key ?? keys.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      ...(options.ca ? [new x509.BasicConstraintsExtension(true, 1, true)] : []),
      ...(options.issuerUrl
        ? [new x509.AuthorityInfoAccessExtension({ caIssuers: ['http://ca.example.com/issuer.crt'] })]
        : []),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]),
    ],
  });
  const key = x509.PemConverter.encode(
    Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey)),
    'PRIVATE KEY',
  );
  return { cert: `${made.toString('pem')}\n`, key, issuer: { name, key: keys.privateKey } };
}

let authority: Authority;
let sound: Leaf;
beforeAll(async () => {
  authority = await createAuthority();
  sound = await authority.issue({ names: ['localhost'] });
});

const open: net.Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** A server that handles each connection so, and nothing more; every byte that comes in clear is kept. */
async function serve(handle: (socket: net.Socket) => void): Promise<{ port: number; heard: () => string }> {
  let heard = '';
  const server = net.createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        heard += chunk.toString('latin1');
      });
    handle(socket);
  });
  open.push(server);
  return { port: await listen(server), heard: () => heard };
}

/** SMTP over TLS, from the first byte or by STARTTLS. */
function speakTls(security: Security, options: tls.SecureContextOptions & tls.TLSSocketOptions) {
  const secureContext = tls.createSecureContext({ ...options });
  const upgrade = (socket: net.Socket) => {
    const secure = new tls.TLSSocket(socket, { ...options, isServer: true, secureContext });
    secure.on('error', () => {}).on('secure', () => secure.write('220 localhost ESMTP\r\n'));
  };
  if (security === 'tls') return upgrade;
  return (socket: net.Socket) => {
    socket.write('220 localhost ESMTP\r\n');
    socket.once('data', () => {
      socket.write('250-localhost\r\n250 STARTTLS\r\n');
      socket.once('data', () => {
        socket.write('220 go\r\n');
        socket.removeAllListeners('data');
        upgrade(socket);
      });
    });
  };
}

async function verdictOf(port: number, changes: Partial<Endpoint>, budgetMs = 5000) {
  const endpoint: Endpoint = { host: 'localhost', port, security: 'tls', ca: authority.cert, ...changes };
  const credential = { endpoint, username: 'ada', password: new Redacted('S3cret-canary') };
  const evidence = await login(credential, budgetMs, loopbackNetwork({ port }));
  expect(evidence.authSent).toBe(false);
  return resultOf(evidence);
}

describe.each(['tls', 'starttls'] as const)('a server that speaks TLS (%s)', (security) => {
  const against = async (options: tls.SecureContextOptions & tls.TLSSocketOptions, ca = authority.cert) => {
    const { port } = await serve(speakTls(security, options));
    return verdictOf(port, { security, ca });
  };

  it('with a certificate that it issued to itself is named so', async () => {
    const self = await certificate('localhost', null);
    expect(await against(self)).toMatchObject({
      verdict: 'tls-untrusted:self-signed',
      credential: 'unknown',
    });
  });

  it('that sends its authority, which nobody trusts, is of an unknown authority', async () => {
    const root = await certificate('Root', null, { ca: true });
    const leaf = await certificate('localhost', root.issuer, { issuerUrl: true });
    expect(await against({ key: leaf.key, cert: leaf.cert + root.cert })).toMatchObject({
      verdict: 'tls-untrusted:unknown-ca',
    });
  });

  it('that forgets its intermediate certificate has an incomplete chain', async () => {
    const root = await certificate('Root', null, { ca: true });
    const middle = await certificate('Intermediate', root.issuer, { ca: true });
    const leaf = await certificate('localhost', middle.issuer, { issuerUrl: true });
    expect(await against(leaf, root.cert)).toMatchObject({ verdict: 'tls-untrusted:incomplete-chain' });
  });

  it('that sends all but the root, which nobody trusts, is of an unknown authority', async () => {
    const root = await certificate('Root', null, { ca: true });
    const middle = await certificate('Intermediate', root.issuer, { ca: true, issuerUrl: true });
    const leaf = await certificate('localhost', middle.issuer, { issuerUrl: true });
    expect(await against({ key: leaf.key, cert: leaf.cert + middle.cert })).toMatchObject({
      verdict: 'tls-untrusted:unknown-ca',
    });
  });

  it('with a certificate straight from a private authority that nobody trusts is of an unknown authority', async () => {
    const stranger = await createAuthority('Somebody else');
    expect(await against(sound, stranger.cert)).toMatchObject({ verdict: 'tls-untrusted:unknown-ca' });
  });

  it('of no version since 2006 is too old', async () => {
    expect(await against({ ...sound, ...OLD })).toMatchObject({ verdict: 'tls-too-old' });
  });

  it('without a cipher in common fails', async () => {
    expect(
      await against({ ...sound, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' }),
    ).toMatchObject({
      verdict: 'tls-failed',
    });
  });

  it('that wants a certificate of the client is named so', async () => {
    expect(
      await against({ ...sound, ca: authority.cert, requestCert: true, rejectUnauthorized: true }),
    ).toMatchObject({ verdict: 'tls-client-certificate-required' });
  });
});

describe('a server that does not speak TLS where it was begun', () => {
  it.each([
    ['greets in clear', '220 localhost ESMTP\r\n'],
    ['refuses in clear', '554 5.7.1 No\r\n'],
    ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('and %s is named so', async (_what, said) => {
    const { port, heard } = await serve((socket) => socket.write(said));
    expect(await verdictOf(port, {})).toMatchObject({ verdict: 'tls-mode-mismatch:plain-spoken' });
    expect(heard()).not.toContain('ada');
  });

  it('but goes on in clear after STARTTLS is named so', async () => {
    const { port } = await serve((socket) => {
      socket.write('220 localhost ESMTP\r\n');
      socket.once('data', () => {
        socket.write('250-localhost\r\n250 STARTTLS\r\n');
        socket.once('data', () => {
          socket.write('220 go\r\n');
          socket.once('data', () => socket.write('500 what?\r\n'));
        });
      });
    });
    expect(await verdictOf(port, { security: 'starttls' })).toMatchObject({
      verdict: 'tls-mode-mismatch:plain-spoken',
    });
  });
});

describe('a server that speaks TLS where it should greet', () => {
  it.each([
    ['an alert', '15030300020250'],
    ['a handshake', '160303000a0000000000000000000000'],
  ])('and begins with %s expects TLS', async (_what, bytes) => {
    const { port } = await serve((socket) => socket.end(Buffer.from(bytes, 'hex')));
    expect(await verdictOf(port, { security: 'starttls' })).toMatchObject({
      verdict: 'tls-mode-mismatch:tls-expected',
    });
  });
});

describe('a connection that ends in the handshake', () => {
  it.each([
    ['closed', (socket: net.Socket) => socket.end()],
    ['reset', (socket: net.Socket) => socket.resetAndDestroy()],
  ])('is %s there', async (_how, end) => {
    const { port } = await serve((socket) => socket.once('data', () => end(socket)));
    expect(await verdictOf(port, {})).toMatchObject({ verdict: 'closed:tls' });
  });

  it('by silence is out of time there', async () => {
    const { port } = await serve(() => {});
    expect(await verdictOf(port, {}, 300)).toMatchObject({ verdict: 'timeout:tls' });
  });
});
