import { describe, expect, test } from 'vitest';
import { ResendKeys } from '../../../functions/providers/resend.ts';
import { FaultyHttp } from '../../support/providers/faulty-http.ts';
import { ResendApi, refusal } from '../../support/providers/resend-api.ts';
import { conformsAsIssuer, type Issuer } from './conformance-issuing.ts';
import { HttpWorld } from './http-subject.ts';

const REFUSALS = {
  unauthorized: refusal(401, 'restricted_api_key'),
  'rate-limited': refusal(429, 'rate_limit_exceeded'),
  broken: refusal(500, 'internal_server_error'),
};

async function start(domainId?: string): Promise<Issuer & { api: ResendApi; http: FaultyHttp }> {
  const api = new ResendApi();
  const http = await FaultyHttp.start(api.handle);
  const admin = { type: 'resend', apiKey: api.adminKey, ...(domainId && { domainId }) };
  const { deps, subject } = new HttpWorld(http, admin, REFUSALS);
  const provider = { type: 'resend', adminSecretId: 'admin' } as const;
  return {
    ...subject,
    api,
    http,
    provider: new ResendKeys(provider, deps, http.url),
    secrets: () => [api.adminKey, ...[...api.keys.values()].map(({ token }) => token)],
    accepts: (username, password) => api.accepts(username, password),
    addForeign: (count) => Array.from({ length: count }, () => api.add('by hand').id),
  };
}

describe('Resend', () => {
  conformsAsIssuer(() => start());

  test('a key may send and do nothing else, from the one domain if its administrator names one', async () => {
    const { provider, api, close } = await start('d91cd9bd');
    const { username } = await provider.mint('orders');
    expect([...api.keys.values()]).toMatchObject([{ permission: 'sending_access', domainId: 'd91cd9bd' }]);
    expect(username).toBe('resend');
    await close();
  });

  test('without a domain a key may send from all of the team', async () => {
    const { provider, api, close } = await start();
    await provider.mint('orders');
    expect([...api.keys.values()]).toMatchObject([{ permission: 'sending_access', domainId: null }]);
    await close();
  });

  const key = (id: string) => ({ id, name: id, created_at: '2026-11-24T12:00:00Z', last_used_at: null });
  const page = (has_more: boolean, ...ids: string[]) => ({
    status: 200,
    body: { object: 'list', has_more, data: ids.map(key) },
  });

  test.each([
    ['is empty and promises more', [page(true, 'a'), page(true)]],
    ['is the same again', [page(true, 'a', 'b'), page(true, 'a', 'b')]],
    ['has a key that another page had', [page(true, 'a', 'b'), page(false, 'b', 'c')]],
    ['has a key twice', [page(false, 'a', 'a')]],
    ['is one of pages without end', Array.from({ length: 60 }, (_, at) => page(true, `key-${at}`))],
  ])('a list of which a page %s is rejected, never half a list', async (_what, pages) => {
    const { provider, http, close } = await start();
    http.fail(...pages);
    await expect(provider.list()).rejects.toMatchObject({ reason: 'protocol' });
    expect(http.requests.length).toBeLessThanOrEqual(50);
    await close();
  });

  test('all pages together have the time of one call', async () => {
    const { api, http, close } = await start();
    http.fail(...Array.from({ length: 60 }, (_, at) => page(true, `key-${at}`)));
    let now = 0;
    const { deps } = new HttpWorld(http, { type: 'resend', apiKey: api.adminKey }, REFUSALS);
    const slow = { ...deps, longestCallMs: 12_000, now: () => (now += 1000) };
    const provider = new ResendKeys({ type: 'resend', adminSecretId: 'admin' }, slow, http.url);
    await expect(provider.list()).rejects.toMatchObject({ reason: 'unavailable' });
    expect(http.requests.length).toBeLessThan(12);
    await close();
  });

  test('a list that does not say when a key was used proves nothing, and is not taken for one that says never', async () => {
    const { provider, http, close } = await start();
    const key = { id: '1', name: 'orders', created_at: '2026-11-24T12:00:00Z' };
    http.fail({ status: 200, body: { object: 'list', has_more: false, data: [key] } });
    await expect(provider.list()).rejects.toMatchObject({ reason: 'protocol' });
    await close();
  });
});
