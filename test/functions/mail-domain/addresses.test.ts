import { describe, expect, it } from 'vitest';
import { reverseName } from '../../../functions/mail-domain/route-facts.ts';
import { countAddresses, ipv4Range } from '../../../functions/mail-domain/spf/spf.ts';

const count = (...networks: string[]) =>
  countAddresses(
    networks.flatMap((network) => {
      const [address = '', prefix] = network.split('/');
      const range = ipv4Range(address, Number(prefix ?? 32));
      return range ? [range] : [];
    }),
  );

describe('the number of addresses in networks', () => {
  it.each([
    [['192.0.2.1'], 1],
    [['192.0.2.0/24'], 256],
    [['192.0.2.77/24'], 256],
    [['192.0.2.0/24', '192.0.2.128/25'], 256],
    [['192.0.2.0/25', '192.0.2.128/25'], 256],
    [['192.0.2.0/25', '192.0.2.64/26', '192.0.2.120/29'], 128],
    [['198.51.100.0/24', '192.0.2.0/24'], 512],
    [['0.0.0.0/0', '192.0.2.1'], 2 ** 32],
    [['2001:db8::/32'], 0],
  ])('%j is %i', (networks, addresses) => {
    expect(count(...networks)).toBe(addresses);
  });
});

it.each([
  ['192.0.2.10', '10.2.0.192.in-addr.arpa'],
  ['2001:db8::567:89ab', 'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
  ['::1', `1.${'0.'.repeat(31)}ip6.arpa`],
  ['2001:DB8:0:0:0:0:0:1', `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`],
])('the reverse name of %s', (address, name) => {
  expect(reverseName(address)).toBe(name);
});
