import { describe, expect, it } from 'vitest';
import { canonicalHost, isHost } from '../../../functions/net/endpoint.ts';

const LABEL = 'a'.repeat(63);

it.each([
  'email-smtp.eu-central-1.amazonaws.com',
  'localhost',
  'xn--bcher-kva.example',
  '3com.example',
  'mail.0xa.example',
  `${LABEL}.example`,
  `${LABEL}.${LABEL}.${LABEL}.${'a'.repeat(61)}`,
  '192.0.2.1',
  '2001:db8::1',
  '::1',
  '::ffff:127.0.0.1',
])('%s can be dialled by that name', (host) => {
  expect(isHost(host)).toBe(true);
});

it.each([
  ['empty', ''],
  ['a trailing dot', 'mail.example.com.'],
  ['an octal address', '0177.0.0.1'],
  ['a decimal address', '2130706433'],
  ['a short address', '127.1'],
  ['a hexadecimal address', '0x7f.0.0.1'],
  ['a hexadecimal address in one', '0x7f000001'],
  ['a hexadecimal end', 'mail.0x1'],
  ['an address out of range', '256.0.0.1'],
  ['a fifth octet', '1.2.3.4.5'],
  ['full-width digits', '１２７.0.0.1'],
  ['brackets', '[::1]'],
  ['a zone', 'fe80::1%eth0'],
  ['a port', 'mail.example.com:25'],
  ['an underscore', 'mail_1.example.com'],
  ['a hyphen at an end', '-mail.example.com'],
  ['an empty label', 'mail..example.com'],
  ['a slash', 'mail.example.com/x'],
  ['a space', 'mail example.com'],
  ['a line end', 'mail.example.com\n'],
  ['a NUL', 'mail.example.com\0.attacker.example'],
  ['a label of 64', `${LABEL}a.example`],
  ['254 characters', `${LABEL}.${LABEL}.${LABEL}.${'a'.repeat(62)}`],
])('%s is no host name', (_what, host) => {
  expect(isHost(host)).toBe(false);
});

describe('one host is one, written as', () => {
  it.each([
    ['mail.example.com', ['MAIL.Example.com', 'mail.example.com.', 'ｍail.example.com']],
    [
      'xn--bcher-kva.example',
      ['bücher.example', 'BÜCHER.example', 'XN--BCHER-KVA.example', 'bu\u0308cher.example'],
    ],
    ['192.0.2.5', ['::ffff:192.0.2.5', '::FFFF:c000:205', '0:0:0:0:0:ffff:c000:0205', '0::ffff:192.0.2.5']],
    ['::1', ['0:0:0:0:0:0:0:1', '0000::0001', '::0:1', '::0.0.0.1']],
    ['2001:db8::5', ['2001:DB8::5', '2001:db8:0:0:0:0:0:5', '2001:0db8:0000::0005', '2001:db8:0:0::5']],
  ])('%s', (host, others) => {
    expect(others.map(canonicalHost)).toEqual(others.map(() => host));
    expect(canonicalHost(host)).toBe(host);
  });

  it('and another is another', () => {
    const hosts = [
      'mail.example.com',
      'mail.example.org',
      '192.0.2.5',
      '192.0.2.6',
      '::1',
      '::2',
      '127.0.0.1',
    ];
    expect(new Set(hosts.map(canonicalHost)).size).toBe(hosts.length);
  });
});
