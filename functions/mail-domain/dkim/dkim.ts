import { createPublicKey } from 'node:crypto';
import { type DnsResolver, type Gathered, known, recordsOf } from '../../net/dns/dns.ts';
import { parseTagList } from '../records.ts';

/** A key record of RFC 6376 section 3.6.1. */
export interface DkimKey {
  readonly text: string;
  readonly type: string;
  /** Of the RSA modulus; null for other types, and for a key that is revoked or cannot be read. */
  readonly bits: number | null;
  readonly revoked: boolean;
  readonly testing: boolean;
  /** Accepted hash algorithms; empty: all. */
  readonly hashes: readonly string[];
  /** Why nobody can verify with it; null when one can. */
  readonly error: string | null;
}

const VERSION = /^\s*v\s*=\s*DKIM1\s*(;|$)/;
const ED25519_OCTETS = 32;

/** Null for a text that is no key record: `v` is optional, `p` is not. */
export function parseDkimKey(text: string): DkimKey | null {
  const { tags, errors } = parseTagList(text);
  const data = tags.get('p')?.replace(/\s+/g, '');
  if (data === undefined) return VERSION.test(text) ? broken(text, 'it has no p=') : null;
  const type = (tags.get('k') ?? 'rsa').toLowerCase();
  const read = data === '' ? { bits: null, error: null } : readKey(type, data);
  return {
    text,
    type,
    bits: read.bits,
    revoked: data === '',
    testing: listed(tags.get('t')).includes('y'),
    hashes: listed(tags.get('h')),
    error: errors[0] ?? misuse(text, tags) ?? read.error,
  };
}

function misuse(text: string, tags: ReadonlyMap<string, string>): string | null {
  if (tags.has('v') && !VERSION.test(text)) return 'v= is not DKIM1, or not first';
  const services = listed(tags.get('s'));
  const forMail = services.length === 0 || services.includes('*') || services.includes('email');
  return forMail ? null : 's= is for other services than email';
}

function broken(text: string, error: string): DkimKey {
  return { text, type: 'rsa', bits: null, revoked: false, testing: false, hashes: [], error };
}

function listed(value: string | undefined): string[] {
  return (value ?? '')
    .split(':')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '');
}

function readKey(type: string, base64: string): { bits: number | null; error: string | null } {
  const der = Buffer.from(base64, 'base64');
  if (type === 'ed25519') {
    return { bits: null, error: der.length === ED25519_OCTETS ? null : `${der.length} octets instead of 32` };
  }
  if (type !== 'rsa') return { bits: null, error: `nobody knows the key type ${type.slice(0, 20)}` };
  const bits = rsaBits(der, 'spki') ?? rsaBits(der, 'pkcs1');
  return { bits, error: bits === null ? 'p= is not an RSA key' : null };
}

/** RFC 6376 asks for RSAPublicKey, its example and all the world for SubjectPublicKeyInfo. */
function rsaBits(key: Buffer, type: 'spki' | 'pkcs1'): number | null {
  try {
    return createPublicKey({ key, format: 'der', type }).asymmetricKeyDetails?.modulusLength ?? null;
  } catch {
    return null;
  }
}

/** Where a selector comes from; those of providers are guesses, the others are in use. */
export type SelectorSource = 'configured' | 'ses' | 'well-known';

export interface Selector {
  readonly name: string;
  /** What is signed for: the sender domain, or the identity of Amazon SES that covers it. */
  readonly domain: string;
  readonly source: SelectorSource;
}

export interface DkimSelector extends Selector {
  /** Null: no key record. */
  readonly key: Gathered<DkimKey | null>;
}

/** Selectors that providers give to all or most of their customers; the DNS cannot be asked for a list. */
const WELL_KNOWN = [
  'default',
  'dkim',
  'mail',
  'k1',
  'k2',
  'k3',
  's1',
  's2',
  'selector1',
  'selector2',
  'google',
  'fm1',
  'fm2',
  'fm3',
  'mailjet',
  'mandrill',
  'mxvault',
  'pm',
  'protonmail',
  'resend',
  'smtp',
  'zoho',
];

/** Keys under all selectors that are known of the domain, each selector once, the surest source first. */
export function dkimFacts(
  dns: DnsResolver,
  domain: string,
  used: readonly Selector[],
): Promise<readonly DkimSelector[]> {
  const guessed = WELL_KNOWN.map((name): Selector => ({ name, domain, source: 'well-known' }));
  const selectors = new Map([...guessed, ...used].map((selector) => [keyName(selector), selector]));
  return Promise.all(
    [...selectors.values()].map(async (selector) => ({ ...selector, key: await keyAt(dns, selector) })),
  );
}

/** Where the key of a selector is (RFC 6376 section 3.6.2.1). */
export function keyName({ name, domain }: Pick<Selector, 'name' | 'domain'>): string {
  return `${name}._domainkey.${domain}`;
}

async function keyAt(dns: DnsResolver, selector: Selector): Promise<Gathered<DkimKey | null>> {
  const records = recordsOf(await dns.query(keyName(selector), 'TXT'));
  if (!records.known) return records;
  const keys = records.value.map((strings) => parseDkimKey(strings.join('')));
  return known(keys.find((key) => key !== null) ?? null);
}
