import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { SesFacts } from '../audit/facts/ses.ts';
import { type Gathered, known, missing } from '../net/gathered.ts';
import type { Credential } from '../secrets/credential.ts';

/**
 * The domain of the From address, lower case and in ASCII: the domain of `from`, or of a user name that is an address, or the
 * only domain that Amazon SES lets this account send as.
 */
export function senderDomain(
  { from, username, provider }: Credential,
  ses: SesFacts,
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
