import { expect, it } from 'vitest';
import type { IdentityFacts } from '../../../functions/audit/subjects/ses.ts';
import { Domains } from '../../../functions/mail-domain/domains.ts';
import { type Answer, known, missing, type RecordType } from '../../../functions/net/dns/dns.ts';
import { credential, ses } from '../audit/sound-facts.ts';

/** A DNS in which nothing is, and what it was asked. */
function emptyDns(exchanger?: string) {
  const asked: string[] = [];
  const dns = {
    query: async <T extends RecordType>(name: string, type: T): Promise<Answer<T>> => {
      asked.push(`${type} ${name}`);
      if (type !== 'MX' || exchanger === undefined) return { kind: 'not-found' };
      const found: Answer<'MX'> = { kind: 'found', records: [{ preference: 10, exchange: exchanger }] };
      return found as Answer<T>;
    },
    security: async (name: string, type: string) => {
      asked.push(`DNSSEC ${type} ${name}`);
      return known('insecure' as const);
    },
  };
  const domains = new Domains({
    dns,
    fetchPolicy: async () => ({ kind: 'absent' }),
    askExchanger: async () => missing('egress-blocked', 'no connect'),
    selectors: ['orders'],
  });
  return { asked, domains };
}

const identity = (changes: Partial<IdentityFacts>) => {
  const [sound] = ses.identities.known ? Object.values(ses.identities.value) : [];
  return { ...ses, identities: known({ 'example.com': { ...(sound as IdentityFacts), ...changes } }) };
};

it('looks for the keys of Amazon SES at the identity, and for others at the sender domain', async () => {
  const { asked, domains } = emptyDns();
  await domains.facts(credential, ses);
  expect(asked).toContain('TXT token1._domainkey.example.com');
  expect(asked).toContain('TXT orders._domainkey.shop.example.com');
  expect(asked).not.toContain('TXT token1._domainkey.shop.example.com');
});

it('does not look for keys that an identity does not sign with', async () => {
  const { asked, domains } = emptyDns();
  await domains.facts(credential, identity({ dkimEnabled: false }));
  expect(asked.filter((question) => question.includes('token1'))).toEqual([]);
});

it('reads the record of a MAIL FROM domain that Amazon SES uses', async () => {
  const { domains } = emptyDns();
  const used = await domains.facts(credential, ses);
  expect(used).toMatchObject({ known: true, value: { envelope: { domain: 'bounce.example.com' } } });
  const mailFrom = { domain: 'bounce.example.com', status: 'Failed', onMxFailure: 'UseDefaultValue' };
  const failed = await domains.facts(credential, identity({ mailFrom }));
  expect(failed).toMatchObject({ known: true, value: { envelope: null } });
});

it('asks for what a domain publishes once, however many credentials send as it', async () => {
  const { asked, domains } = emptyDns();
  await Promise.all([domains.facts(credential, ses), domains.facts(credential, ses)]);
  expect(asked.filter((question) => question === 'TXT _dmarc.shop.example.com')).toHaveLength(1);
});

it('asks a resolver that validates about TLSA records only where there are some', async () => {
  const { asked, domains } = emptyDns('mx1.example.com');
  await domains.facts(credential, ses);
  expect(asked).toContain('TLSA _25._tcp.mx1.example.com');
  expect(asked.filter((question) => question.startsWith('DNSSEC'))).toEqual(['DNSSEC SOA shop.example.com']);
});

it('says of a credential without a sender that it has none', async () => {
  const { from: _from, provider: _provider, ...bare } = credential;
  const facts = await emptyDns().domains.facts({ ...bare, username: 'ada' }, ses);
  expect(facts).toMatchObject({ known: false, reason: 'not-configured' });
});
