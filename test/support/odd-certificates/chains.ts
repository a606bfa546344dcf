import { generateKeyPairSync } from 'node:crypto';
import type { Leaf } from '../../../sandbox/certificates.ts';
import { type CertificateParts, certificate, NAMES } from './der.ts';
import type { TestKey } from './keys.ts';

/** Where in what a server presents the key stands; a `companion` is sent along and proves nothing. */

export type Role = 'root' | 'intermediate' | 'leaf' | 'companion';

/** What a server presents, and the root that makes it trusted. */
export interface Chain {
  readonly leaf: Leaf;
  readonly root: string;
}

/** The policy host of a domain has its name in front. */
export const HOSTS = { server: 'localhost', domain: 'a.example', policy: 'mta-sts.a.example' } as const;
const names = [NAMES.dns(HOSTS.server), NAMES.dns(HOSTS.policy)];

const sound = (): TestKey & { readonly signingKey: object } => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { name: 'P-256', publicKey: spki, signingKey: privateKey };
};
const [ROOT, END] = [sound(), sound()];

const selfSigned = (subject: string, key: TestKey) =>
  signed({ subject, issuer: subject, isAuthority: true }, key, key);
export const STRANGER = selfSigned('Stranger', sound());
const SOUND_ROOT = selfSigned('Root', ROOT);

/** Everything beside `key` is on P-256. */
export function chainWith(key: TestKey, role: Role): Chain {
  switch (role) {
    case 'root': {
      const root = selfSigned('Odd', key);
      return {
        leaf: presenting(END, signed({ subject: 'Leaf', issuer: 'Odd', names }, END, key), root),
        root,
      };
    }
    case 'intermediate': {
      const middle = signed({ subject: 'Middle', issuer: 'Root', isAuthority: true }, key, ROOT);
      const end = signed({ subject: 'Leaf', issuer: 'Middle', names }, END, key);
      return { leaf: presenting(END, end, middle), root: SOUND_ROOT };
    }
    case 'leaf':
      return {
        leaf: presenting(key, signed({ subject: 'Leaf', issuer: 'Root', names }, key, ROOT)),
        root: SOUND_ROOT,
      };
    case 'companion': {
      const end = signed({ subject: 'Leaf', issuer: 'Root', names }, END, ROOT);
      return {
        leaf: presenting(END, end, signed({ subject: 'Root', issuer: 'Root' }, key, ROOT)),
        root: SOUND_ROOT,
      };
    }
  }
}

/** A certificate on a key that need not sign. */
export function certificateOf(key: TestKey): string {
  return signed({ subject: 'Odd', issuer: 'Root', isAuthority: true }, key, ROOT);
}

/** A sound leaf that says this of itself; no subjectAltName without `names`. */
export function chainNaming(subject: string, names?: readonly Buffer[]): Chain {
  const leaf = signed({ subject, issuer: 'Root', ...(names && { names }) }, END, ROOT);
  return { leaf: presenting(END, leaf), root: SOUND_ROOT };
}

type Named = Pick<CertificateParts, 'subject' | 'issuer' | 'isAuthority' | 'names'>;

function signed(parts: Named, { publicKey }: TestKey, { name, signingKey }: TestKey): string {
  if (!signingKey) throw new Error(`expected a key that signs, got ${name}`);
  return certificate({ ...parts, publicKey, signingKey });
}

function presenting({ signingKey }: TestKey, ...chain: readonly string[]): Leaf {
  const key = signingKey?.export({ type: 'pkcs8', format: 'pem' });
  return { key: String(key), cert: chain.join('') };
}
