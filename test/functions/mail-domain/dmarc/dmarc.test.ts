import { expect, it } from 'vitest';
import { dmarcFacts, walkDmarc } from '../../../../functions/mail-domain/dmarc/dmarc.ts';
import {
  type Answer,
  type DnsResolver,
  known,
  missing,
  type RecordType,
} from '../../../../functions/net/dns/dns.ts';

const FAILED = 'failed';

/** `records` by name, without `_dmarc.`; a list is several records. */
async function walk(domain: string, records: Readonly<Record<string, string | readonly string[]>>) {
  const asked: string[] = [];
  const dns: DnsResolver = {
    query: async <T extends RecordType>(name: string): Promise<Answer<T>> => {
      const at = name.replace('_dmarc.', '');
      asked.push(at);
      const texts = [records[at] ?? []].flat();
      if (texts.includes(FAILED)) return { kind: 'failed', reason: 'timeout', code: 'ETIMEOUT' };
      if (texts.length === 0) return { kind: 'not-found' };
      const found: Answer<'TXT'> = { kind: 'found', records: texts.map((text) => [`v=DMARC1; ${text}`]) };
      return found as Answer<T>;
    },
    security: async () => missing('dns-failed', 'not asked'),
  };
  const result = await walkDmarc(dns, domain);
  const found = result.known
    ? { applied: result.value.applied?.domain ?? null, organization: result.value.organization }
    : result.reason;
  return { asked, found };
}

it('asks the domain and every name above it', async () => {
  const { asked, found } = await walk('a.mail.example.com', {});
  expect(asked).toEqual(['a.mail.example.com', 'mail.example.com', 'example.com', 'com']);
  expect(found).toEqual({ applied: null, organization: 'a.mail.example.com' });
});

it('asks at most eight names: of a longer one, it goes on with the last seven labels', async () => {
  const { asked } = await walk('a.b.c.d.e.f.g.h.i.j.mail.example.com', {});
  expect(asked).toHaveLength(8);
  expect(asked.slice(0, 2)).toEqual(['a.b.c.d.e.f.g.h.i.j.mail.example.com', 'g.h.i.j.mail.example.com']);
  expect((await walk('a.b.c.d.e.f.example.com', {})).asked).toHaveLength(8);
});

it.each([
  [
    'its own record',
    { 'a.example.com': 'p=none', 'example.com': 'p=reject' },
    'a.example.com',
    'example.com',
  ],
  ['the record of the organization', { 'example.com': 'p=reject' }, 'example.com', 'example.com'],
  ['the highest record, without psd', { 'example.com': 'p=none', com: 'p=reject' }, 'com', 'com'],
  [
    'psd=n, and nothing above it',
    { 'example.com': 'p=none; psd=n', com: 'p=reject' },
    'example.com',
    'example.com',
  ],
  ['a public suffix where there is no other', { com: 'p=reject; psd=y' }, 'com', 'example.com'],
  [
    'the organization below a public suffix',
    { 'example.com': 'p=none', com: 'p=reject; psd=y' },
    'example.com',
    'example.com',
  ],
  ['none of several at one name', { 'example.com': ['p=none', 'p=reject'] }, null, 'a.example.com'],
])('takes %s', async (_name, records, applied, organization) => {
  expect((await walk('a.example.com', records)).found).toEqual({ applied, organization });
});

it('is unknown when a name cannot be read, unless the domain has its own record', async () => {
  expect((await walk('a.example.com', { 'example.com': FAILED })).found).toBe('timeout');
  const own = { 'a.example.com': 'p=reject', 'example.com': FAILED };
  expect((await walk('a.example.com', own)).found).toEqual({ applied: 'a.example.com', organization: null });
});

/** TXT records by name; whatever else there is has an address. */
async function receiversOf(domain: string, records: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const dns = {
    query: async <T extends RecordType>(name: string, type: T): Promise<Answer<T>> => {
      asked.push(name);
      const text = records[name];
      if (text === FAILED) return { kind: 'failed', reason: 'timeout', code: 'ETIMEOUT' };
      if (type !== 'TXT' || text === undefined) return { kind: 'no-data' };
      const found: Answer<'TXT'> = { kind: 'found', records: [[`v=DMARC1; ${text}`]] };
      return found as Answer<T>;
    },
    security: async () => missing('dns-failed', 'not asked'),
  };
  const facts = await dmarcFacts(dns, domain);
  return { asked, receivers: facts.known ? facts.value.receivers : facts };
}

const SHOP = 'p=reject; rua=mailto:a@example.com';

it('does not say that a receiver is silent while nobody knows whether it is of another organization', async () => {
  const { receivers } = await receiversOf('shop.example.com', {
    '_dmarc.shop.example.com': SHOP,
    '_dmarc.example.com': FAILED,
  });
  expect(receivers).toMatchObject([{ domain: 'example.com', consents: { known: false } }]);
});

it('asks no consent of the same organization', async () => {
  const { receivers, asked } = await receiversOf('shop.example.com', {
    '_dmarc.shop.example.com': SHOP,
    '_dmarc.example.com': 'p=none',
  });
  expect(receivers).toEqual([]);
  expect(asked.filter((name) => name.includes('_report'))).toEqual([]);
});

it('takes consent at the name of the domain that has the record', async () => {
  const { receivers } = await receiversOf('shop.example.com', {
    '_dmarc.example.com': 'p=reject; rua=mailto:a@collector.example',
    'example.com._report._dmarc.collector.example': '',
  });
  expect(receivers).toEqual([{ domain: 'collector.example', consents: known(true) }]);
});

it('asks about ten receivers at most, whatever a record names', async () => {
  const uris = Array.from({ length: 500 }, (_, index) => `mailto:a@r${index}.collector.example`);
  const { receivers, asked } = await receiversOf('example.com', {
    '_dmarc.example.com': `p=reject; rua=${uris.join(',')}`,
  });
  expect(receivers).toHaveLength(10);
  expect(asked.length).toBeLessThan(60);
});

it('leaves out a report address whose domain is no name', async () => {
  const { receivers } = await receiversOf('example.com', {
    '_dmarc.example.com': 'p=reject; rua=mailto:a@<svg/onload=1>.example,mailto:a@b\u0007.example',
  });
  expect(receivers).toEqual([]);
});
