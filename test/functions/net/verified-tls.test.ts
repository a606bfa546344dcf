import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkServerIdentity } from '../../../functions/net/verified-tls.ts';
import { chainNaming } from '../../support/odd-certificates/chains.ts';
import { NAMES } from '../../support/odd-certificates/der.ts';
import { CLIENTS, type ClientName } from './odd-keys/clients.ts';
import { PresentingServer } from './odd-keys/servers.ts';

const { dns, email, ip, uri, other, directory, registered } = NAMES;
const HOST = 'mail.a.example';
const IDN = 'xn--bcher-kva.a.example';
const LOOPBACK = [127, 0, 0, 1];
const LOOPBACK_6 = [...Array(15).fill(0), 1];
const MAPPED = [...Array(10).fill(0), 0xff, 0xff, ...LOOPBACK];

type Row = readonly [title: string, host: string, names: readonly Buffer[] | undefined];

const NAMED: readonly Row[] = [
  ['its name', HOST, [dns(HOST)]],
  ['its name in capitals', HOST, [dns(HOST.toUpperCase())]],
  ['its name after others', HOST, [uri('https://b.example'), dns('b.example'), dns(HOST)]],
  ['a wildcard for its label', HOST, [dns('*.a.example')]],
  ['its international name', IDN, [dns(IDN)]],
  ['a wildcard for its international label', IDN, [dns('*.a.example')]],
  ['its address', '127.0.0.1', [ip(LOOPBACK)]],
];

const NOT_NAMED: readonly Row[] = [
  ['no subjectAltName', HOST, undefined],
  ['an empty subjectAltName', HOST, []],
  ['another name', HOST, [dns('mail.b.example')]],
  ['a part of its name', HOST, [dns('a.example'), dns('ail.a.example'), dns('.a.example')]],
  ['a URI', HOST, [uri(`https://${HOST}/`)]],
  ['a URI with `DNS:` in it', HOST, [uri(`https://b.example/?DNS:${HOST}`)]],
  ['a URI that begins with `DNS:`', HOST, [uri(`DNS:${HOST}`)]],
  ['a URI with a list in it', HOST, [uri(`x, DNS:${HOST}`), uri(`x", DNS:${HOST}, "`)]],
  ['an address with `DNS:` in it', HOST, [email(`DNS:${HOST}`), email(`ada@b.example, DNS:${HOST}`)]],
  ['an address in its domain', HOST, [email(`ada@${HOST}`)]],
  ['another kind of name', HOST, [other(HOST), other(`DNS:${HOST}`)]],
  ['a directory name', HOST, [directory(HOST), directory(`DNS:${HOST}`)]],
  ['a registered identifier', HOST, [registered('2a0304')]],
  ['a name with a list in it', HOST, [dns(`b.example, DNS:${HOST}`)]],
  ['its name and a NUL', HOST, [dns(`${HOST}\0`), dns(`${HOST}\0.b.example`)]],
  ['its name and a dot', HOST, [dns(`${HOST}.`)]],
  ['its name and spaces', HOST, [dns(` ${HOST}`), dns(`${HOST} `)]],
  ['a wildcard for more than a label', `x.${HOST}`, [dns('*.a.example')]],
  [
    'a wildcard for less than a label',
    HOST,
    [dns('m*.a.example'), dns('*l.a.example'), dns('m*l.a.example')],
  ],
  ['a wildcard for an inner label', HOST, [dns('mail.*.example'), dns('mail.a.*')]],
  ['a wildcard for everything', HOST, [dns('*'), dns('*.*.example'), dns('*.*.*')]],
  ['a wildcard for a top-level domain', 'a.example', [dns('*.example')]],
  ['a wildcard below it', 'a.example', [dns('*.a.example')]],
  ['a wildcard in an international label', IDN, [dns('xn--*.a.example')]],
  ['its international name in other letters', IDN, [dns('bücher.a.example')]],
  ['an address as a name', '127.0.0.1', [dns('127.0.0.1')]],
  ['a wildcard for an address', '127.0.0.1', [dns('*.0.0.1')]],
  ['an address in a URI', '127.0.0.1', [uri('https://127.0.0.1/'), uri('IP Address:127.0.0.1')]],
  ['another address', '127.0.0.1', [ip([127, 0, 0, 2]), ip([...LOOPBACK, 255, 255, 255, 255])]],
  ['the other family', '127.0.0.1', [ip(MAPPED), ip(LOOPBACK_6)]],
  ['the address that its name leads to', HOST, [ip(LOOPBACK)]],
  ['`localhost`, for an address', '127.0.0.1', [dns('localhost')]],
];

const VERIFYING = [
  'login over implicit TLS',
  'login after STARTTLS',
  'webhook',
  'PostgreSQL driver',
  'MySQL driver',
] as const satisfies readonly ClientName[];

describe.each(VERIFYING)('%s', (client) => {
  const { protocol, run } = CLIENTS[client];
  let server: Awaited<ReturnType<typeof PresentingServer.start>>;
  beforeAll(async () => {
    server = await PresentingServer.start(protocol);
  });
  afterAll(() => server.close());

  /** The host is the common name besides. */
  async function visit(host: string, names: readonly Buffer[] | undefined) {
    const { leaf, root } = chainNaming(host, names);
    server.present(leaf);
    const { verified } = await run(server.port, root, host);
    await server.quiet();
    return { verified, heard: server.heard };
  }

  it.each(NAMED)('goes on with a certificate whose subjectAltName has %s', async (_title, host, names) => {
    expect(await visit(host, names)).toMatchObject({ verified: true });
  });

  it.each(NOT_NAMED)('says nothing to a server whose certificate has %s', async (_title, host, names) => {
    expect(await visit(host, names)).toEqual({ verified: false, heard: '' });
  });
});

describe('a certificate', () => {
  const check = (host: string, names?: readonly Buffer[]) =>
    checkServerIdentity(host, new X509Certificate(chainNaming(host, names).leaf.cert));

  it('names an IPv6 address in any spelling, and no other', () => {
    for (const host of ['::1', '0:0:0:0:0:0:0:1']) expect(check(host, [ip(LOOPBACK_6)])).toBeUndefined();
    for (const names of [[ip(LOOPBACK)], [ip(MAPPED)], [dns('::1')], undefined])
      expect(check('::1', names)).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('that is missing names nobody', () => {
    expect(checkServerIdentity(HOST, {})).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('names no host by what is neither a dNSName nor an iPAddress, whatever stands in it', () => {
    const around = fc.string({
      unit: fc.constantFrom('DNS:', 'IP Address:', ', ', '"', '\\', '\n', '\0', 'x', '@'),
    });
    const text = fc.tuple(around, fc.constantFrom(HOST, '127.0.0.1'), around).map((parts) => parts.join(''));
    const name = fc
      .tuple(fc.constantFrom(uri, email, other, directory), text)
      .map(([kind, words]) => kind(words));
    fc.assert(
      fc.property(fc.constantFrom(HOST, '127.0.0.1'), fc.array(name, { maxLength: 4 }), (host, names) => {
        expect(check(host, names)).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
      }),
    );
  });
});
