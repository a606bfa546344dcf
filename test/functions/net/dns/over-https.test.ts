import { decode } from 'dns-packet';
import { expect, it } from 'vitest';
import { DnsOverHttps } from '../../../../functions/net/dns/over-https.ts';
import { parseZone, ZoneAnswers } from '../../../../sandbox/dns/zone.ts';

const URL = 'https://dns.test/dns-query';
const zone = (name: string, remark: string) => parseZone(`$ORIGIN ${name}.\n;! ${remark}\n@ MX 10 mx1\n`);
const answers = new ZoneAnswers([
  zone('secure.example', 'dnssec secure'),
  zone('plain.example', 'dnssec insecure'),
  zone('bogus.example', 'dnssec bogus'),
  zone('broken.example', 'servfail broken.example'),
]);

const bodies: Buffer[] = [];
const overZones: typeof fetch = async (url, init) => {
  expect([url, init?.method]).toEqual([URL, 'POST']);
  const query = Buffer.from(init?.body as Uint8Array);
  bodies.push(query);
  return new Response(new Uint8Array(answers.validated(query) ?? []));
};
const securityOf = (name: string, fetcher: typeof fetch = overZones) =>
  new DnsOverHttps(URL, fetcher).security(name, 'SOA');

it.each([
  ['secure.example', 'secure'],
  ['plain.example', 'insecure'],
  ['gone.secure.example', 'secure'],
  ['bogus.example', 'bogus'],
])('%s is %s', async (name, security) => {
  expect(await securityOf(name)).toEqual({ known: true, value: security });
});

it('does not call bogus what failed for a moment', async () => {
  let asked = 0;
  const once: typeof fetch = (url, init) => {
    asked += 1;
    const code = asked === 1 ? 2 : 0;
    return asked === 2
      ? overZones(url, init)
      : Promise.resolve(new Response(new Uint8Array([0, 0, 0x80, code, ...Array(8).fill(0)])));
  };
  expect(await securityOf('plain.example', once)).toEqual({ known: true, value: 'insecure' });
  expect(asked).toBe(3);
});

it.each([`${'a'.repeat(64)}.example`, 'a..example'])('does not ask for what is no name: %s', async (name) => {
  bodies.length = 0;
  expect(await securityOf(name)).toMatchObject({ known: false, reason: 'dns-failed' });
  expect(bodies).toEqual([]);
});

it('does not read an answer without end', async () => {
  let read = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      read += 1;
      controller.enqueue(new Uint8Array(16_384).fill(0x80));
    },
  });
  const seen = await securityOf('secure.example', async () => new Response(endless));
  expect(seen).toMatchObject({ known: false, reason: 'dns-failed' });
  expect(read).toBeLessThan(10);
});

it('does not call bogus what fails without validation too', async () => {
  expect(await securityOf('broken.example')).toMatchObject({ known: false, reason: 'dns-failed' });
});

it('asks one question with recursion and DNSSEC, and no id that a cache would trip over', async () => {
  bodies.length = 0;
  await securityOf('secure.example');
  const [query] = bodies.map((body) => decode(body));
  expect(query).toMatchObject({ id: 0, flag_rd: true, flag_cd: false });
  expect(query?.questions).toMatchObject([{ name: 'secure.example', type: 'SOA', class: 'IN' }]);
  expect(query?.additionals).toMatchObject([{ type: 'OPT', flag_do: true, udpPayloadSize: 1232 }]);
});

const FAILURES: readonly (readonly [string, () => Promise<Response>, string])[] = [
  ['HTTP 500', async () => new Response('', { status: 500 }), 'dns-failed'],
  ['no DNS message', async () => new Response('<html>'), 'dns-failed'],
  ['an echo of the query', async () => new Response(new Uint8Array(12)), 'dns-failed'],
  ['no connection', () => Promise.reject(new TypeError('fetch failed')), 'dns-failed'],
  ['silence', () => Promise.reject(new DOMException('late', 'TimeoutError')), 'timeout'],
];

it.each(FAILURES)('%s is unknown, never a status', async (_name, fetcher, reason) => {
  expect(await securityOf('secure.example', fetcher)).toMatchObject({ known: false, reason });
});
