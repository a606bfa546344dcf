import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { send } from '../../../functions/net/send.ts';
import { HttpApi, type HttpDeps } from '../../../functions/providers/http-api.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { type ApiAnswer, FaultyHttp } from '../../support/providers/faulty-http.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const KEY = 'Bearer the-key-of-the-administrator';
const answer = v.object({ ok: v.boolean() });
const GET = { method: 'GET', path: ['things'], answer } as const;
const POST = { ...GET, method: 'POST', body: { name: 'one' } } as const;

let http: FaultyHttp;
let waits: number[];
/** The clock moves by what is waited for, and not else. */
let now: number;

beforeEach(async () => {
  http = await FaultyHttp.start(() => ({ status: 200, body: { ok: true } }));
  waits = [];
  now = NOW;
});
afterEach(() => http.close());

function api(baseUrl = http.url, deps: Partial<HttpDeps> = {}): HttpApi {
  const wait = async (ms: number) => {
    waits.push(ms);
    now += ms;
  };
  const authorization = async () => new Redacted(KEY);
  return new HttpApi(
    { provider: 'Example', baseUrl, authorization },
    { fetch: send, sleep: wait, now: () => now, ...deps },
  );
}

function tooOften(headers: Record<string, string>): ApiAnswer {
  return { status: 429, body: {}, headers };
}

describe('asked too often', () => {
  const at = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString();
  test.each<[string, Record<string, string>, number]>([
    ['Retry-After in seconds', { 'Retry-After': '3' }, 3000],
    ['Retry-After as a date', { 'Retry-After': at(4) }, 4000],
    ['Retry-After as a date that is over', { 'Retry-After': at(-60) }, 0],
    ['X-RateLimit-Reset in seconds since 1970', { 'X-RateLimit-Reset': String(NOW / 1000 + 5) }, 5000],
    ['both: Retry-After counts', { 'Retry-After': '1', 'X-RateLimit-Reset': String(NOW / 1000 + 5) }, 1000],
    ['nothing', {}, 1000],
    ['something that is no time', { 'Retry-After': 'soon' }, 1000],
    ['a fraction, which is no HTTP date either', { 'Retry-After': '3.5' }, 1000],
  ])('%s: a call that changes something waits for it, and is made again', async (_name, headers, waitMs) => {
    http.fail(tooOften(headers));
    expect(await api().call(POST)).toEqual({ ok: true });
    expect(waits).toEqual([waitMs]);
    expect(http.requests).toHaveLength(2);
  });

  test('a wait beyond the end of the call is left to the caller, with its length', async () => {
    http.fail(tooOften({ 'Retry-After': '12' }));
    const call = api().call(POST);
    await expect(call).rejects.toMatchObject({ reason: 'rate-limited', status: 429, retryAfterSeconds: 12 });
    expect([waits, http.requests.length]).toEqual([[], 1]);
  });

  test('three tries, and all waits together, fit into 12 seconds', async () => {
    http.fail(...Array(3).fill(tooOften({ 'Retry-After': '5' })));
    await expect(api().call(GET)).rejects.toMatchObject({ reason: 'rate-limited', retryAfterSeconds: 5 });
    expect(waits).toEqual([5000, 5000]);
    http.fail(...Array(3).fill(tooOften({ 'Retry-After': '7' })));
    await expect(api().call(GET)).rejects.toMatchObject({ reason: 'rate-limited' });
    expect(waits).toEqual([5000, 5000, 7000]);
  });
});

describe('failures', () => {
  test.each([502, 503, 504])(
    '%i: what only reads is asked three times, what changes something once',
    async (status) => {
      http.fail(...Array(3).fill({ status }));
      await expect(api().call(GET)).rejects.toMatchObject({ reason: 'unavailable', status });
      expect(http.requests).toHaveLength(3);
      http.fail({ status });
      await expect(api().call(POST)).rejects.toMatchObject({ reason: 'ambiguous', status });
      expect(http.requests).toHaveLength(4);
    },
  );

  test.each([400, 404, 409, 422])('%i: refused, nothing was done', async (status) => {
    http.fail({ status });
    await expect(api().call(POST)).rejects.toMatchObject({ reason: 'refused', status });
    expect(http.requests).toHaveLength(1);
  });

  test('a connection that never came to be has changed nothing', async () => {
    const { url } = http;
    await http.close();
    await expect(api(url).call(POST)).rejects.toMatchObject({ reason: 'unavailable', status: null });
  });

  test('a server that stays silent is given up at the end of the call', async () => {
    http.fail('silent');
    const impatient = api(http.url, { longestCallMs: 100 });
    await expect(impatient.call(POST)).rejects.toMatchObject({ reason: 'ambiguous' });
  });

  test('a redirect is not followed: who stands there would get the key', async () => {
    const elsewhere = await FaultyHttp.start(() => ({ status: 200, body: { ok: true } }));
    for (const status of [301, 302, 307, 308]) {
      http.fail({ status, headers: { Location: elsewhere.url }, body: { ok: true } });
      await expect(api().call(GET)).rejects.toMatchObject({ reason: 'protocol', status });
    }
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  test.each([
    ['not JSON', 'the-new-password'],
    ['other JSON', { token: 'the-new-password' }],
    ['nothing', undefined],
  ])('a success with %s: the message shows nothing of it', async (_name, body) => {
    http.fail({ status: 200, body });
    const error: Error = await api()
      .call(POST)
      .then(String, (rejected) => rejected);
    expect(error).toMatchObject({ reason: 'ambiguous' });
    expect(JSON.stringify([error.message, error.stack, error])).not.toContain('the-new-password');
  });
});

describe('requests', () => {
  test('the key goes into the header, and is read once for all calls', async () => {
    let reads = 0;
    const authorization = async () => new Redacted(`Bearer ${++reads}`);
    const example = { provider: 'Example', baseUrl: http.url, authorization };
    const calls = new HttpApi(example, { fetch: send, sleep, now: Date.now });
    await calls.call(GET);
    await calls.call(POST);
    expect(http.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 1']);
  });

  test('a segment is one segment, whatever stands in it', async () => {
    const path = ['things', 'a/../b?c#d%2e', '…'];
    await api().call({ ...GET, path, query: { after: 'x&y=z' } });
    expect(http.requests[0]).toMatchObject({ path, query: new URLSearchParams({ after: 'x&y=z' }) });
  });

  test.each(['', '.', '..'])('a segment %j is a mistake, and nothing is sent', async (segment) => {
    await expect(api().call({ ...GET, path: ['things', segment] })).rejects.toThrow(
      'expected a path segment',
    );
    expect(http.requests).toEqual([]);
  });

  test('a key that cannot stand in a header is not shown by the error', async () => {
    const authorization = async () => new Redacted('Bearer two\nlines');
    const broken = new HttpApi(
      { provider: 'Example', baseUrl: http.url, authorization },
      { fetch: send, sleep, now: Date.now },
    );
    const error: Error = await broken.call(GET).then(String, (rejected) => rejected);
    expect(error).toMatchObject({ reason: 'unauthorized' });
    expect(`${error.message} ${error.stack}`).not.toContain('two');
  });
});
