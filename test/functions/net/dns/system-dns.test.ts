import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordType } from '../../../../functions/net/dns/dns.ts';
import { SystemDns } from '../../../../functions/net/dns/system-dns.ts';
import { parseZone } from '../../../../sandbox/dns/zone.ts';
import { startLongAnswer } from '../../../support/dns/long-answer.ts';
import { startZoneServer, type ZoneServer } from '../../../support/dns/zone-server.ts';

const zone = parseZone(`
$ORIGIN a.example.
;! servfail broken.a.example
@ A 192.0.2.1
@ AAAA 2001:db8::1
@ MX 10 mx1
@ MX 0 .
@ TXT "one " "two"
@ TXT "three"
@ CAA 0 issue "ca.example"
@ CAA 128 iodef "https://ca.example/"
alias CNAME @
_25._tcp.mx1 TLSA 3 1 1 abcdef
1.2.0.192.in-addr.arpa. PTR mail
`);

let server: ZoneServer;
let dns: SystemDns;
beforeAll(async () => {
  server = await startZoneServer([zone]);
  dns = new SystemDns([server.address]);
});
afterAll(() => server.close());

const RECORDS: readonly (readonly [type: RecordType, name: string, records: readonly unknown[]])[] = [
  ['A', 'a.example', ['192.0.2.1']],
  ['A', 'alias.a.example', ['192.0.2.1']],
  ['AAAA', 'a.example', ['2001:db8::1']],
  ['CNAME', 'alias.a.example', ['a.example']],
  ['TXT', 'a.example', [['one ', 'two'], ['three']]],
  ['PTR', '1.2.0.192.in-addr.arpa', ['mail.a.example']],
  ['TLSA', '_25._tcp.mx1.a.example', [{ usage: 3, selector: 1, matching: 1, data: 'abcdef' }]],
  [
    'MX',
    'a.example',
    [
      { preference: 10, exchange: 'mx1.a.example' },
      { preference: 0, exchange: '' },
    ],
  ],
  [
    'CAA',
    'a.example',
    [
      { critical: false, tag: 'issue', value: 'ca.example' },
      { critical: true, tag: 'iodef', value: 'https://ca.example/' },
    ],
  ],
];

describe('the resolver of this computer', () => {
  it.each(RECORDS)('reads %s records of %s off the wire', async (type, name, records) => {
    const answer = await dns.query(name, type);
    expect(answer.kind).toBe('found');
    expect(answer.kind === 'found' ? new Set(answer.records) : null).toEqual(new Set(records));
  });

  it('tells a name without such a record from a name that is not there', async () => {
    expect(await dns.query('mx1.a.example', 'A')).toEqual({ kind: 'no-data' });
    expect(await dns.query('gone.a.example', 'A')).toEqual({ kind: 'not-found' });
  });

  it('takes a name that cannot be written for one that is not there', async () => {
    expect(await dns.query(`${'a'.repeat(64)}.example`, 'TXT')).toEqual({ kind: 'not-found' });
  });

  it.each(['with', 'without'])('reads what no packet holds over TCP, %s which it is unknown', async (how) => {
    const texts = [
      ['v=spf1 '.padEnd(250, 'x')],
      ...Array.from({ length: 9 }, (_, n) => [`${n}`.repeat(250)]),
    ];
    const long = await startLongAnswer(texts, how === 'with');
    const answer = await new SystemDns([long.address]).query('long.example', 'TXT');
    await long.close();
    const failed = { kind: 'failed', reason: 'dns-failed', code: 'ECONNREFUSED' };
    expect(answer).toEqual(how === 'with' ? { kind: 'found', records: texts } : failed);
  });

  it('says that a name server failed', async () => {
    const answer = await dns.query('broken.a.example', 'TXT');
    expect(answer).toEqual({ kind: 'failed', reason: 'dns-failed', code: 'ESERVFAIL' });
  });
});
