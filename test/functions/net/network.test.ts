import net from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemResolver } from '../../../functions/net/dns/address-cache.ts';
import type { Endpoint } from '../../../functions/net/endpoint.ts';
import { Network } from '../../../functions/net/network.ts';
import { type DnsServer, resolverOf, startDnsServer, type Zone } from '../../support/dns-server.ts';

const NAME = 'mail.test';
const FORBIDDEN_ADDRESS = { name: 'Forbidden', code: 'address' };
/** 127.0.0.1 is the configured network of a private mail server here, 127.0.0.2 what an attacker is after. */
const HERE = '127.0.0.1';
const THERE = '127.0.0.2';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** Listens at `address`, on a port that is free there or on the given one, and counts who comes. */
async function listenAt(address: string, wanted = 0): Promise<{ port: number; visits: number }> {
  const listener = { port: 0, visits: 0 };
  const server = net.createServer((socket) => {
    listener.visits += 1;
    socket.on('error', () => {}).end('220 hello\r\n');
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(wanted, address, resolve));
  open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('not a TCP address');
  listener.port = bound.port;
  return listener;
}

async function dnsThatSays(zone: Zone): Promise<DnsServer> {
  const server = await startDnsServer(zone);
  open.push(server);
  return server;
}

function dial(network: Network, host: string, port: number): Promise<string> {
  const endpoint: Endpoint = { host, port, security: 'starttls' };
  const stages: string[] = [];
  return network
    .dial(endpoint, (stage) => void stages.push(stage), AbortSignal.timeout(5000))
    .then(({ socket }) => {
      const address = String(socket.remoteAddress);
      socket.on('error', () => {}).destroy();
      return address;
    });
}

const record = (data: string, ttl = 0) => ({ type: 'A', data, ttl }) as const;

describe('ports', () => {
  it.each([25, 22, 80, 443, 2525, 1465, 6379, 1, 65_535])(
    '%i is not dialled, nor is its name looked up',
    async (port) => {
      const dns = await dnsThatSays(() => [record(HERE)]);
      const network = new Network(
        { ports: [], networks: ['127.0.0.0/8'] },
        new SystemResolver([dns.address]),
      );
      await expect(dial(network, NAME, port)).rejects.toMatchObject({ name: 'Forbidden', code: 'port' });
      expect(dns.questions).toEqual([]);
    },
  );

  it.each([465, 587, 2465, 2587])(
    '%i is one for submission, and only its address is looked at',
    async (port) => {
      const network = new Network({ ports: [], networks: [] });
      await expect(dial(network, '10.0.0.1', port)).rejects.toMatchObject(FORBIDDEN_ADDRESS);
    },
  );

  it('that are configured are dialled, 25 like any other', async () => {
    const network = new Network({ ports: [25], networks: [] });
    await expect(dial(network, '10.0.0.1', 25)).rejects.toMatchObject(FORBIDDEN_ADDRESS);
    const server = await listenAt(HERE);
    const configured = new Network({ ports: [server.port], networks: [`${HERE}/32`] });
    expect(await dial(configured, 'localhost', server.port)).toBe(HERE);
  });
});

describe('addresses', () => {
  it.each([
    'localhost',
    '127.0.0.1',
    '127.1',
    '0177.0.0.1',
    '2130706433',
    '0x7f000001',
    '::1',
    '::ffff:127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    'fd00:ec2::254',
    'fe80::1%lo',
  ])('%s is refused without a configured network, however it is spelt', async (host) => {
    const server = await listenAt(HERE);
    const dns = await dnsThatSays(() => 'not-found');
    const network = new Network({ ports: [server.port], networks: [] }, new SystemResolver([dns.address]));
    await expect(dial(network, host, server.port)).rejects.toMatchObject(FORBIDDEN_ADDRESS);
    expect(server.visits).toBe(0);
  });

  it.each([
    ['loopback', '127.0.0.1'],
    ['metadata', '169.254.169.254'],
    ['private', '10.1.2.3'],
  ])('a public name with a %s address is refused', async (_what, address) => {
    const dns = await dnsThatSays(() => [record(address, 60)]);
    const network = new Network({ ports: [], networks: [] }, new SystemResolver([dns.address]));
    await expect(dial(network, NAME, 587)).rejects.toMatchObject(FORBIDDEN_ADDRESS);
  });

  it('that are forbidden among several are left out', async () => {
    const here = await listenAt(HERE);
    const there = await listenAt(THERE, here.port);
    const dns = await dnsThatSays(() => [
      record(THERE),
      record(HERE),
      { type: 'AAAA', data: `::ffff:${THERE}`, ttl: 0 },
    ]);
    const policy = { ports: [here.port], networks: [`${HERE}/32`] };
    const network = new Network(policy, new SystemResolver([dns.address]));
    expect(await dial(network, NAME, here.port)).toBe(HERE);
    expect([here.visits, there.visits]).toEqual([1, 0]);
  });

  it('are those of one answer: a name that changes its answer between two look-ups leads nowhere (DNS rebinding)', async () => {
    const here = await listenAt(HERE);
    const there = await listenAt(THERE, here.port);
    let answers = 0;
    const dns = await dnsThatSays(() => {
      answers += 1;
      return [record(answers <= 2 ? HERE : THERE)];
    });
    const policy = { ports: [here.port], networks: [`${HERE}/32`] };
    const network = new Network(policy, new SystemResolver([dns.address]));
    expect(await dial(network, NAME, here.port)).toBe(HERE);
    expect(dns.questions).toHaveLength(2);
    await expect(dial(network, NAME, here.port)).rejects.toMatchObject(FORBIDDEN_ADDRESS);
    expect(dns.questions).toHaveLength(4);
    expect([here.visits, there.visits]).toEqual([1, 0]);
  });

  const hasIpv6 = Object.values(networkInterfaces())
    .flat()
    .some((one) => one?.address === '::1');
  it.runIf(hasIpv6)(
    'may be IPv6, as a literal and by name, and the other family is tried when one does not answer',
    async () => {
      const server = await listenAt('::1');
      const dns = await dnsThatSays(() => [record(HERE), { type: 'AAAA', data: '::1', ttl: 0 }]);
      const policy = { ports: [server.port], networks: ['127.0.0.0/8', '::1/128'] };
      const network = new Network(policy, new SystemResolver([dns.address]));
      expect(await dial(network, '::1', server.port)).toBe('::1');
      expect(await dial(network, NAME, server.port)).toBe('::1');
      const onlyIpv4 = await listenAt(HERE);
      const other = new Network({ ...policy, ports: [onlyIpv4.port] }, new SystemResolver([dns.address]));
      expect(await dial(other, NAME, onlyIpv4.port)).toBe(HERE);
    },
  );
});

it('a warm repeat asks no name server', async () => {
  const server = await listenAt(HERE);
  const dns = await dnsThatSays(() => [record(HERE, 60)]);
  const policy = { ports: [server.port], networks: [`${HERE}/32`] };
  const network = new Network(policy, new SystemResolver([dns.address]));
  for (let repeat = 0; repeat < 3; repeat += 1) await dial(network, NAME, server.port);
  expect(dns.questions.toSorted()).toEqual(['A mail.test', 'AAAA mail.test']);
});

it('an address that refuses is told as such, though the other family has no route', async () => {
  const { port } = await listenAt(HERE);
  await open.pop()?.close();
  const dns = await dnsThatSays(() => [record(HERE), { type: 'AAAA', data: '::2', ttl: 0 }]);
  const policy = { ports: [port], networks: ['127.0.0.0/8', '::/64'] };
  const network = new Network(policy, new SystemResolver([dns.address]));
  await expect(dial(network, NAME, port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

describe('the addresses of a host, for the login budget', () => {
  const at = (host: string, port = 587): Endpoint => ({ host, port, security: 'starttls' });
  const networkOf = (dns: DnsServer, networks = [`${HERE}/32`]) =>
    new Network({ ports: [], networks }, new SystemResolver([dns.address]));

  it('are those that a dial would try, and the dial asks the DNS no second time', async () => {
    const dns = await dnsThatSays(() => [record(HERE, 60), record(THERE, 60)]);
    const { port } = await listenAt(HERE);
    const network = new Network(
      { ports: [port], networks: [`${HERE}/32`] },
      new SystemResolver([dns.address]),
    );
    expect(await network.addresses(at(NAME, port))).toEqual([HERE]);
    const asked = dns.questions.length;
    expect(await dial(network, NAME, port)).toBe(HERE);
    expect(dns.questions.length).toBe(asked);
  });

  it.each([
    ['the port is not allowed', NAME, 25],
    ['the host is no name and no address', '127.1', 587],
  ])('are none, and nobody is asked, when %s', async (_why, host, port) => {
    const dns = await dnsThatSays(() => [record(HERE)]);
    expect(await networkOf(dns).addresses(at(host, port))).toEqual([]);
    expect(dns.questions).toEqual([]);
  });

  it('are none when none of them may be dialled', async () => {
    const dns = await dnsThatSays(() => [record(THERE)]);
    expect(await networkOf(dns).addresses(at(NAME))).toEqual([]);
  });
});

it('a look-up that takes too long ends with the signal', async () => {
  const dns = await dnsThatSays(() => []);
  await dns.close();
  open.pop();
  const network = new Network({ ports: [], networks: [] }, resolverOf(dns));
  const stages: string[] = [];
  const endpoint: Endpoint = { host: NAME, port: 587, security: 'starttls' };
  const signal = AbortSignal.abort(new Error('time is up'));
  await expect(network.dial(endpoint, (stage) => void stages.push(stage), signal)).rejects.toThrow(
    'time is up',
  );
  expect(stages).toEqual(['dns']);
});
