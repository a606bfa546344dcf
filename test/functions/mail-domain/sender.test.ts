import { expect, it } from 'vitest';
import { senderDomain } from '../../../functions/mail-domain/sender.ts';
import { known } from '../../../functions/net/dns/dns.ts';
import type { Credential } from '../../../functions/providers/secret.ts';
import { credential, ses } from '../audit/sound-facts.ts';

const { from: _from, provider: _provider, ...bare } = credential;
const domainOf = (changes: Partial<Credential>, identities = ses.identities) =>
  senderDomain({ ...bare, ...changes }, { ...ses, identities });

it.each([
  ['of `from`', { from: 'orders@Shop.Example.com' }, 'shop.example.com'],
  ['of `from` rather than of the user name', { from: 'a@a.example', username: 'b@b.example' }, 'a.example'],
  ['of a user name that is an address', { username: 'ada@mail.example.com' }, 'mail.example.com'],
  ['of a quoted local part', { from: '"a@b"@c.example' }, 'c.example'],
  ['in ASCII', { from: 'a@bücher.example' }, 'xn--bcher-kva.example'],
])('is the domain %s', (_name, changes, domain) => {
  expect(domainOf(changes)).toEqual({ known: true, value: domain });
});

it('is the only domain that Amazon SES lets the account send as', () => {
  const { provider } = credential;
  expect(domainOf({ ...(provider && { provider }) })).toEqual({ known: true, value: 'example.com' });
  expect(domainOf({ ...(provider && { provider }) }, known({}))).toMatchObject({ known: false });
});

it.each([
  [{ username: 'ada' }],
  [{ from: 'ada@localhost' }],
  [{ from: 'ada@[192.0.2.1]' }],
  [{ username: 'ada@192.0.2.1' }],
])('is not known of %j', (changes) => {
  expect(domainOf(changes)).toMatchObject({ known: false, reason: 'not-configured' });
});
