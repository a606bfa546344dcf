import 'reflect-metadata';
import { subtle } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Leaf } from '../../sandbox/certificates.ts';

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Where a certificate has room for words: attributes of its subject or issuer, or an e-mail address beside its name. */
export const CERTIFICATE_PLACES = [
  'subject CN',
  'subject O',
  'subject OU',
  'subject E',
  'issuer CN',
  'issuer O',
  'subjectAltName',
] as const;
export type CertificatePlace = (typeof CERTIFICATE_PLACES)[number];

export interface Hostile {
  readonly leaf: Leaf;
  readonly ca: string;
}

const generate = () => subtle.generateKey(KEY, true, ['sign', 'verify']);
/** The same for all certificates: to make them is most of the work. */
const allKeys = Promise.all([generate(), generate()]).then(([authority, keys]) => ({ authority, keys }));

/** A valid certificate for `localhost` that says `words` in one place. */
export async function hostileCertificate(place: CertificatePlace, words: string): Promise<Hostile> {
  const said = (of: 'subject' | 'issuer', ...sound: [string, string][]) => {
    const attributes = new Map(sound);
    const [whose, attribute = ''] = place.split(' ');
    if (whose === of) attributes.set(attribute, words);
    return new x509.Name([...attributes].map(([name, value]) => ({ [name]: [value] })));
  };
  const { authority, keys } = await allKeys;
  const issuer = said('issuer', ['CN', 'Private Authority']);
  const dates = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 90 * DAY_MS) };
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...dates,
    name: issuer,
    keys: authority,
    signingAlgorithm: SIGNATURE,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const names: x509.JsonGeneralName[] = [{ type: 'dns', value: 'localhost' }];
  if (place === 'subjectAltName') names.push({ type: 'email', value: words });
  const cert = await x509.X509CertificateGenerator.create({
    ...dates,
    subject: said('subject', ['CN', 'localhost'], ['C', 'AT']),
    issuer,
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: SIGNATURE,
    extensions: [new x509.SubjectAlternativeNameExtension(names)],
  });
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey));
  return {
    leaf: { cert: cert.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') },
    ca: root.toString('pem'),
  };
}
