import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { type Gathered, known, missing } from '../net/dns/dns.ts';
import type { Login } from '../secrets/credential.ts';
import type { Selector } from './dkim/dkim.ts';

/** Who sends: a login, and of its provider what tells that it is Amazon SES, and where. */
export interface Sender extends Pick<Login, 'endpoint' | 'username' | 'from'> {
  readonly provider?: { readonly type: string; readonly region?: string };
}

/** An identity of Amazon SES, as far as it decides what the mail of its senders carries. */
export interface SesIdentity {
  readonly dkimEnabled: boolean;
  /** Selectors of the keys that Amazon SES made for it; none when the key is the owner's. */
  readonly dkimTokens: readonly string[];
  /** Null: messages carry Amazon SES's own MAIL FROM domain. `status`: Success, Pending, Failed or TemporaryFailure. */
  readonly mailFrom: { readonly domain: string; readonly status: string } | null;
}

/** The identities of one region of Amazon SES, by domain or address in lower case. */
export interface SesIdentities {
  readonly region: string;
  readonly identities: Gathered<Readonly<Record<string, SesIdentity>>, string>;
}

/**
 * The domain of the From address, lower case and in ASCII: the domain of `from`, or of a user name that is an address, or the
 * only domain that Amazon SES lets this account send as.
 */
export function senderDomain(
  { from, username, provider }: Sender,
  ses: SesIdentities,
): Gathered<string, 'not-configured'> {
  const domain = domainOf(from) ?? domainOf(username);
  if (domain) return known(domain);
  if (provider?.type === 'ses' && provider.region === ses.region && ses.identities.known) {
    const [only, ...others] = Object.keys(ses.identities.value).filter((name) => !name.includes('@'));
    if (only !== undefined && others.length === 0) return known(only);
  }
  return missing('not-configured', 'the secret names no sender in `from`');
}

function domainOf(address: string | undefined): string | null {
  if (!address?.includes('@')) return null;
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1)).replace(/\.$/, '');
  return domain.includes('.') && isIP(domain) === 0 ? domain : null;
}

type NamedIdentity = SesIdentity & { readonly name: string };

/** The identities that a sender may send as, the most specific one first: a verified domain covers its subdomains. */
export function covering<Identity>(
  from: string,
  identities: Readonly<Record<string, Identity>>,
): (Identity & { readonly name: string })[] {
  const address = from.toLowerCase();
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.');
  const domains = labels.map((_label, index) => labels.slice(index).join('.'));
  return [address, ...domains].flatMap((name) => {
    const found = Object.hasOwn(identities, name) ? identities[name] : undefined;
    return found ? [{ name, ...found }] : [];
  });
}

/** The identity that Amazon SES takes the DKIM key and the MAIL FROM domain of: the most specific one. */
export function signingIdentity({ from, provider }: Sender, ses: SesIdentities): NamedIdentity | null {
  if (provider?.type !== 'ses' || provider.region !== ses.region || !from || !ses.identities.known)
    return null;
  return covering(from, ses.identities.value)[0] ?? null;
}

/** Amazon SES signs as the identity, not as the sender, which may be a subdomain of it. */
export function keysOf({ name, dkimEnabled, dkimTokens }: NamedIdentity): Selector[] {
  const domain = name.slice(name.lastIndexOf('@') + 1);
  return dkimEnabled ? dkimTokens.map((token) => ({ name: token, domain, source: 'ses' })) : [];
}
