import { expect, it } from 'vitest';
import { type Answer, known, type RecordType, RunDns } from '../../../../functions/net/dns/dns.ts';

class CountingDns {
  readonly asked: string[] = [];
  underWay = 0;
  most = 0;

  async query<T extends RecordType>(name: string, type: T): Promise<Answer<T>> {
    this.asked.push(`${type} ${name}`);
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    await new Promise(setImmediate);
    this.underWay -= 1;
    return { kind: 'no-data' };
  }

  async security(name: string) {
    this.asked.push(`DNSSEC ${name}`);
    return known('secure' as const);
  }
}

function run(remainingMs = () => 60_000) {
  const dns = new CountingDns();
  return { dns, run: new RunDns({ lookup: dns, validator: dns, remainingMs }) };
}

it('asks each question once, in whatever case it is written and however often at a time', async () => {
  const { dns, run: once } = run();
  await Promise.all([once.query('a.example', 'TXT'), once.query('A.Example', 'TXT')]);
  await once.query('a.example', 'TXT');
  await once.query('a.example', 'MX');
  await once.security('a.example', 'SOA');
  await once.security('a.example', 'SOA');
  expect(dns.asked).toEqual(['TXT a.example', 'MX a.example', 'DNSSEC a.example']);
});

it('has at most sixteen questions under way', async () => {
  const { dns, run: many } = run();
  await Promise.all(Array.from({ length: 100 }, (_, index) => many.query(`n${index}.example`, 'A')));
  expect(dns.asked).toHaveLength(100);
  expect(dns.most).toBe(16);
});

it('asks nothing any more when time is up', async () => {
  const { dns, run: late } = run(() => 1000);
  expect(await late.query('a.example', 'A')).toMatchObject({ kind: 'failed', reason: 'timeout' });
  expect(await late.security('a.example', 'SOA')).toMatchObject({ known: false, reason: 'timeout' });
  expect(dns.asked).toEqual([]);
});
