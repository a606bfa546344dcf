import 'reflect-metadata';
import { subtle, type webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { createAuthority, type Leaf } from '../../sandbox/certificates.ts';

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const HOST = 'localhost';
const SAN = new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: HOST }]);
const IS_AUTHORITY = new x509.BasicConstraintsExtension(true, undefined, true);
const ISSUER_AT = new x509.AuthorityInfoAccessExtension({ caIssuers: 'http://ca.example/intermediate.der' });
/** OpenSSL takes 100 KiB by default (SSL_CTX_set_max_cert_list); a certificate of ours has about 400 octets. */
const HUGE_CHAIN = 400;

/** What the server presents, and the authority that the client trusts. */
export interface Presented {
  readonly leaf: Leaf;
  readonly ca: string;
}

/** Certificates that prove nothing to a client who asks for `localhost`, each for one reason. */
export const FAULTY_LEAVES = {
  expired: () => issued({ names: [HOST], from: -30, until: -2 }),
  'not-yet-valid': () => issued({ names: [HOST], from: 2 }),
  'wrong-host': () => issued({ names: ['mail.example.com'] }),
  'common-name-only': () => withIntermediate([]),
  'self-signed': selfSigned,
  'unknown-ca': async () => {
    const [stranger, trusted] = await Promise.all([createAuthority('Somebody else'), createAuthority()]);
    return { leaf: await stranger.issue({ names: [HOST] }), ca: trusted.cert };
  },
  'incomplete-chain': async () => {
    const { leaf, ca } = await withIntermediate([SAN, ISSUER_AT]);
    const [first = ''] = leaf.cert.split(/(?<=-----END CERTIFICATE-----)/);
    return { leaf: { key: leaf.key, cert: first }, ca };
  },
  'huge-chain': async () => {
    const { leaf, ca } = await issued({ names: [HOST] });
    return { leaf: { key: leaf.key, cert: `${leaf.cert}\n${ca}\n`.repeat(HUGE_CHAIN / 2) }, ca };
  },
} as const satisfies Record<string, () => Promise<Presented>>;

export type LeafFault = keyof typeof FAULTY_LEAVES;

async function issued(
  options: Parameters<Awaited<ReturnType<typeof createAuthority>>['issue']>[0],
): Promise<Presented> {
  const authority = await createAuthority();
  return { leaf: await authority.issue(options), ca: authority.cert };
}

async function selfSigned(): Promise<Presented> {
  const keys = await generateKeys();
  const cert = await certificate({ subject: HOST, issuer: HOST, keys, signingKey: keys.privateKey }, [SAN]);
  const { ca } = await issued({ names: [HOST] });
  return { leaf: { key: await pem(keys.privateKey), cert }, ca };
}

/** Leaf and intermediate in `leaf.cert`, and the root to trust. */
async function withIntermediate(extensions: readonly x509.Extension[]): Promise<Presented> {
  const [root, middle, end] = await Promise.all([generateKeys(), generateKeys(), generateKeys()]);
  const authority = [IS_AUTHORITY];
  const rootOf = { issuer: 'Root', signingKey: root.privateKey };
  const [ca, intermediate, leaf] = await Promise.all([
    certificate({ subject: 'Root', keys: root, ...rootOf }, authority),
    certificate({ subject: 'Intermediate', keys: middle, ...rootOf }, authority),
    certificate(
      { subject: HOST, issuer: 'Intermediate', keys: end, signingKey: middle.privateKey },
      extensions,
    ),
  ]);
  return { leaf: { key: await pem(end.privateKey), cert: `${leaf}\n${intermediate}\n` }, ca };
}

interface Names {
  readonly subject: string;
  readonly issuer: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly signingKey: webcrypto.CryptoKey;
}

async function certificate(
  { subject, issuer, keys, signingKey }: Names,
  extensions: readonly x509.Extension[],
): Promise<string> {
  const made = await x509.X509CertificateGenerator.create({
    subject: `CN=${subject}`,
    issuer: `CN=${issuer}`,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: SIGNATURE,
    extensions: [...extensions],
  });
  return made.toString('pem');
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return subtle.generateKey(KEY, true, ['sign', 'verify']);
}

async function pem(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', key));
  return x509.PemConverter.encode(pkcs8, 'PRIVATE KEY');
}
