import { describe, expect, it } from 'vitest';
import { AddressGuard } from '../../../functions/net/address-guard.ts';

const guard = new AddressGuard([]);

/** First and last address of each range, and what lies right outside where that is public. */
describe.each([
  ['this network', ['0.0.0.0', '0.255.255.255'], ['1.0.0.0']],
  ['private 10', ['10.0.0.0', '10.255.255.255'], ['9.255.255.255', '11.0.0.0']],
  ['carrier-grade NAT', ['100.64.0.0', '100.127.255.255'], ['100.63.255.255', '100.128.0.0']],
  ['loopback', ['127.0.0.0', '127.0.0.1', '127.255.255.255'], ['126.255.255.255', '128.0.0.0']],
  ['link-local', ['169.254.0.0', '169.254.169.254', '169.254.255.255'], ['169.253.255.255', '169.255.0.0']],
  ['private 172', ['172.16.0.0', '172.31.255.255'], ['172.15.255.255', '172.32.0.0']],
  ['protocol assignments', ['192.0.0.0', '192.0.0.255'], ['191.255.255.255', '192.0.1.0']],
  ['documentation 1', ['192.0.2.0', '192.0.2.255'], ['192.0.1.255', '192.0.3.0']],
  ['6to4 relays', ['192.88.99.0', '192.88.99.255'], ['192.88.98.255', '192.88.100.0']],
  ['private 192', ['192.168.0.0', '192.168.255.255'], ['192.167.255.255', '192.169.0.0']],
  ['benchmarks', ['198.18.0.0', '198.19.255.255'], ['198.17.255.255', '198.20.0.0']],
  ['documentation 2', ['198.51.100.0', '198.51.100.255'], ['198.51.99.255', '198.51.101.0']],
  ['documentation 3', ['203.0.113.0', '203.0.113.255'], ['203.0.112.255', '203.0.114.0']],
  ['multicast', ['224.0.0.0', '239.255.255.255'], ['223.255.255.255']],
  ['reserved and broadcast', ['240.0.0.0', '255.255.255.255'], []],
  ['unspecified and IPv4-compatible IPv6', ['::', '::7f00:1', '::127.0.0.1', '::808:808'], []],
  ['IPv6 loopback', ['::1', '0:0:0:0:0:0:0:1'], []],
  [
    'IPv4-mapped',
    ['::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:a9fe:a9fe', '::FFFF:10.0.0.1', '::ffff:8.8.8.8'],
    [],
  ],
  ['IPv4-translated', ['64:ff9b::7f00:1', '64:ff9b::127.0.0.1', '64:ff9b::808:808', '64:ff9b:1::1'], []],
  ['discard-only', ['100::', '100::ffff:ffff:ffff:ffff'], []],
  ['below global unicast', ['1fff:ffff::1'], ['2000::']],
  ['Teredo and protocol assignments', ['2001::', '2001:0:7f00:1::', '2001:1ff:ffff::'], ['2001:200::']],
  ['IPv6 documentation 1', ['2001:db8::', '2001:db8:ffff:ffff::1'], ['2001:db7:ffff::', '2001:db9::']],
  ['6to4', ['2002::', '2002:7f00:1::1', '2002:ffff:ffff::'], ['2001:ffff::', '2003::']],
  ['IPv6 documentation 2', ['3fff::', '3fff:fff:ffff::'], ['3ffe:ffff::', '3fff:1000::']],
  ['above global unicast', ['4000::', '5f00::1', 'fbff:ffff::'], ['3fff:ffff:ffff::']],
  ['unique local', ['fc00::', 'fd00:ec2::254', 'fdff:ffff::'], []],
  ['IPv6 link-local', ['fe80::', 'fe80::1', 'febf:ffff::', 'fe80::1%eth0', 'fe80::1%1'], []],
  ['site-local', ['fec0::1'], []],
  ['IPv6 multicast', ['ff00::', 'ff02::1', 'ffff:ffff::'], []],
] as const)('%s', (_range, inside, outside) => {
  it.each(inside)('%s is refused', (address) => {
    expect(guard.allows(address)).toBe(false);
  });

  it.each(outside)('%s is public', (address) => {
    expect(guard.allows(address)).toBe(true);
  });
});

it.each(['54.240.0.1', '8.8.8.8', '2600:1f18::1', '2a05:d000::1'])('%s is public', (address) => {
  expect(guard.allows(address)).toBe(true);
});

it.each([
  '',
  'localhost',
  '127.1',
  '0177.0.0.1',
  '2130706433',
  '0x7f000001',
  '8.8.8.8.',
  '[::1]',
  '8.8.8.8/32',
  '08.8.8.8',
])('%j is not an address, and refused', (text) => {
  expect(guard.allows(text)).toBe(false);
});

describe('configured networks', () => {
  const configured = new AddressGuard(['10.1.0.0/16', '127.0.0.1/32', 'fd00:1::/32', '::1/128']);

  it.each(['10.1.0.0', '10.1.255.255', '127.0.0.1', 'fd00:1::5', '::1', '8.8.8.8'])(
    '%s is allowed',
    (address) => {
      expect(configured.allows(address)).toBe(true);
    },
  );

  it.each(['10.0.255.255', '10.2.0.0', '127.0.0.2', 'fd00:2::5', '::2', '169.254.169.254'])(
    '%s is refused all the same',
    (address) => {
      expect(configured.allows(address)).toBe(false);
    },
  );

  it.each([
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/8/9',
    '10.0.0.0/x',
    '/8',
    '10.0/8',
    'fd00::/129',
    'all',
    '',
  ])('%j stops the start', (cidr) => {
    expect(() => new AddressGuard([cidr])).toThrow();
  });
});
