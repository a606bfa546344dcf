import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DnsCache, SystemResolver } from '../../../../functions/net/dns/address-cache.ts';
import { type DnsRecord, type DnsServer, startDnsServer, type Zone } from '../../../support/dns-server.ts';

const NAME = 'mail.test';
const BOTH = ['A mail.test', 'AAAA mail.test'];
const a = (data: string, ttl: number): DnsRecord => ({ type: 'A', data, ttl });
const aaaa = (data: string, ttl: number): DnsRecord => ({ type: 'AAAA', data, ttl });

let zone: Zone;
let server: DnsServer;
let hosts: Readonly<Record<string, readonly string[]>>;
let now: number;
let cache: DnsCache;

/** Real queries to a name server; only /etc/hosts is of the test's making. */
class Resolver extends SystemResolver {
  override async lookup(host: string): Promise<readonly string[]> {
    const found = hosts[host];
    if (found) return found;
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
  }
}

beforeEach(async () => {
  now = 0;
  hosts = {};
  server = await startDnsServer((name) => zone(name));
  cache = new DnsCache(new Resolver([server.address]), () => now);
});
afterEach(() => server.close());

const asked = () => server.questions.toSorted();

describe('an answer', () => {
  it('has the addresses of both families', async () => {
    zone = () => [a('192.0.2.1', 60), a('192.0.2.2', 60), aaaa('2001:db8::1', 60)];
    expect((await cache.addresses(NAME)).toSorted()).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
    expect(asked()).toEqual(BOTH);
  });

  it('is kept until the first of its records runs out, and not longer', async () => {
    zone = () => [a('192.0.2.1', 60), aaaa('2001:db8::1', 20)];
    await cache.addresses(NAME);
    now = 19_999;
    await cache.addresses(NAME);
    expect(server.questions).toHaveLength(2);
    zone = () => [a('192.0.2.9', 60)];
    now = 20_000;
    expect(await cache.addresses(NAME)).toEqual(['192.0.2.9']);
    expect(server.questions).toHaveLength(4);
  });

  it('is kept for five minutes at most', async () => {
    zone = () => [a('192.0.2.1', 86_400)];
    await cache.addresses(NAME);
    now = 299_999;
    await cache.addresses(NAME);
    expect(server.questions).toHaveLength(2);
    now = 300_000;
    await cache.addresses(NAME);
    expect(server.questions).toHaveLength(4);
  });

  it('with a time to live of 0 is only for those who asked', async () => {
    zone = () => [a('192.0.2.1', 0)];
    await Promise.all([cache.addresses(NAME), cache.addresses('MAIL.test')]);
    expect(asked()).toEqual(BOTH);
    await cache.addresses(NAME);
    expect(server.questions).toHaveLength(4);
  });

  it('of one family is enough', async () => {
    zone = () => [aaaa('2001:db8::1', 60)];
    expect(await cache.addresses(NAME)).toEqual(['2001:db8::1']);
  });
});

describe('no answer', () => {
  it('is not kept', async () => {
    zone = () => 'not-found';
    await expect(cache.addresses(NAME)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    zone = () => [a('192.0.2.1', 60)];
    expect(await cache.addresses(NAME)).toEqual(['192.0.2.1']);
  });

  it.each(['not-found', 'failure'] as const)(
    '(%s) leaves the word to /etc/hosts, each time anew',
    async (answer) => {
      zone = () => answer;
      hosts = { [NAME]: ['10.0.0.1'] };
      expect(await cache.addresses(NAME)).toEqual(['10.0.0.1']);
      hosts = { [NAME]: ['10.0.0.2'] };
      expect(await cache.addresses(NAME)).toEqual(['10.0.0.2']);
    },
  );
});

it.each(['localhost', 'mail.localhost', 'LOCALHOST'])('%s is never asked of a name server', async (name) => {
  zone = () => [a('192.0.2.1', 60)];
  hosts = { [name.toLowerCase()]: ['127.0.0.1'] };
  expect(await cache.addresses(name)).toEqual(['127.0.0.1']);
  expect(server.questions).toEqual([]);
});

it.each(['192.0.2.1', '2001:db8::1'])('%s is an address already', async (address) => {
  expect(await cache.addresses(address)).toEqual([address]);
  expect(server.questions).toEqual([]);
});

it('forgets the name that was not asked for longest when it holds a thousand', async () => {
  zone = () => [a('192.0.2.1', 60)];
  for (let index = 0; index < 1000; index += 1) await cache.addresses(`n${index}.test`);
  await cache.addresses('n0.test');
  expect(server.questions).toHaveLength(2000);
  await cache.addresses('one-more.test');
  await cache.addresses('n0.test');
  expect(server.questions).toHaveLength(2002);
  await cache.addresses('n1.test');
  expect(server.questions).toHaveLength(2004);
});
