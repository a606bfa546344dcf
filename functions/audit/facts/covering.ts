import type { IdentityFacts } from './ses.ts';

export type NamedIdentity = IdentityFacts & { readonly name: string };

/** The identities that a sender may send as, the most specific one first: a verified domain covers its subdomains. */
export function covering(from: string, identities: Readonly<Record<string, IdentityFacts>>): NamedIdentity[] {
  const address = from.toLowerCase();
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.');
  const domains = labels.map((_label, index) => labels.slice(index).join('.'));
  return [address, ...domains].flatMap((name) => {
    const facts = Object.hasOwn(identities, name) ? identities[name] : undefined;
    return facts ? [{ name, ...facts }] : [];
  });
}
