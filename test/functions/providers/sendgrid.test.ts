import { describe, expect, test } from 'vitest';
import { SendGridKeys } from '../../../functions/providers/sendgrid.ts';
import { FaultyHttp } from '../../support/providers/faulty-http.ts';
import { refusal, SendGridApi } from '../../support/providers/sendgrid-api.ts';
import { conformsAsIssuer, type Issuer } from './conformance-issuing.ts';
import { HttpWorld } from './http-subject.ts';

const REFUSALS = {
  unauthorized: refusal(401, 'authorization required'),
  'rate-limited': refusal(429, 'too many requests'),
  broken: refusal(500, 'internal server error'),
};

async function start(): Promise<Issuer & { api: SendGridApi; http: FaultyHttp }> {
  const api = new SendGridApi();
  const http = await FaultyHttp.start(api.handle);
  const { deps, subject } = new HttpWorld(http, { type: 'sendgrid', apiKey: api.adminKey }, REFUSALS);
  return {
    ...subject,
    api,
    http,
    provider: new SendGridKeys({ type: 'sendgrid', adminSecretId: 'admin' }, deps, http.url),
    secrets: () => [api.adminKey, ...[...api.keys.values()].map(({ key }) => key)],
    accepts: (username, password) => api.accepts(username, password),
    addForeign: (count) => Array.from({ length: count }, () => api.add('by hand').id),
  };
}

describe('SendGrid', () => {
  conformsAsIssuer(start);

  test('a key may send mail and do nothing else', async () => {
    const { provider, api, close } = await start();
    const { username } = await provider.mint('orders');
    expect([...api.keys.values()].map(({ scopes }) => scopes)).toEqual([['mail.send']]);
    expect(username).toBe('apikey');
    await close();
  });

  test('403 is the missing scope of the administrator while there is room, and the limit when there is none', async () => {
    const { provider, api, http, close } = await start();
    http.fail(refusal(403, 'access forbidden'));
    await expect(provider.mint('orders')).rejects.toMatchObject({ reason: 'unauthorized' });
    for (let count = 0; count < 100; count += 1) api.add('by hand');
    await expect(provider.mint('orders')).rejects.toThrow(
      'all 100 API keys of the SendGrid account are taken',
    );
    await close();
  });
});
