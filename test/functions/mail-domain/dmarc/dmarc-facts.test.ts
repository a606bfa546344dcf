import { expect, it } from 'vitest';
import { known, missing } from '../../../../functions/audit/gathered.ts';
import { dmarcFacts } from '../../../../functions/mail-domain/dmarc/dmarc-facts.ts';
import type { Answer, RecordType } from '../../../../functions/net/dns/dns.ts';

const FAILED = 'failed';

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
