import { describe, expect, test } from 'vitest';
import { MailgunLogins } from '../../../functions/providers/mailgun.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { adminOf } from '../../support/providers/admin-of.ts';
import { FaultyHttp } from '../../support/providers/faulty-http.ts';
import { MailgunApi, refusal } from '../../support/providers/mailgun-api.ts';
import { conformsAsSetter, type Setter } from './conformance-setting.ts';
import { HttpWorld } from './http-subject.ts';

const REFUSALS = {
  unauthorized: { status: 401, body: 'Forbidden' },
  'rate-limited': refusal(429, 'Too Many Requests'),
  broken: refusal(500, 'Internal Server Error'),
};
const LOGINS = ['one@mg.example.com', 'two@mg.example.com'] as const;

const adminSecret = (
  { adminKey, domain }: MailgunApi,
  logins: readonly string[] = [...LOGINS, 'nobody@mg.example.com'],
) => ({
  type: 'mailgun',
  apiKey: adminKey,
  domain,
  logins,
});

async function start(): Promise<Setter & { provider: MailgunLogins; api: MailgunApi; http: FaultyHttp }> {
  const api = new MailgunApi();
  for (const login of [...LOGINS, 'other@mg.example.com']) api.passwords.set(login, `first of ${login}`);
  const http = await FaultyHttp.start(api.handle);
  const { deps, subject } = new HttpWorld(http, adminSecret(api), REFUSALS);
  const provider = { type: 'mailgun', adminSecretId: 'admin' } as const;
  return {
    ...subject,
    api,
    http,
    provider: new MailgunLogins({ ...provider, logins: [...LOGINS] }, deps, http.url),
    secrets: () => [api.adminKey, ...api.passwords.values()],
    accepts: (username, password) => api.accepts(username, password),
  };
}

describe('Mailgun', () => {
  conformsAsSetter(start);

  test('no login, however it is spelt, reaches the call that deletes every credential of the domain', async () => {
    const { provider, api, http, close } = await start();
    const before = [...api.passwords.keys()];
    for (const login of ['', '.', '..', '../credentials', '%2e%2e', '?', '#', ' ']) {
      await provider.set(login, new Redacted('password')).catch(() => {});
    }
    expect([...api.passwords.keys()]).toEqual(before);
    expect(http.requests.filter(({ method }) => method !== 'PUT')).toEqual([]);
    await close();
  });

  test('logins of the same domain that are not ours keep their passwords', async () => {
    const { provider, api, close } = await start();
    await provider.set(LOGINS[0], new Redacted('a new password'));
    expect(api.passwords.get('other@mg.example.com')).toBe('first of other@mg.example.com');
    await close();
  });

  test.each([
    ['us', 'https://api.mailgun.net/v3/domains/mg.example.com/credentials/one%40mg.example.com'],
    ['eu', 'https://api.eu.mailgun.net/v3/domains/mg.example.com/credentials/one%40mg.example.com'],
  ] as const)('a domain of the region %s is looked for at its own host', async (region, url) => {
    const asked: string[] = [];
    const deps = {
      fetch: async (request: unknown) => {
        asked.push((request as Request).url);
        return Response.json({ message: 'Password changed' });
      },
      readAdmin: adminOf(adminSecret(new MailgunApi(), LOGINS)),
      sleep: async () => {},
      now: Date.now,
    };
    const provider = { type: 'mailgun', adminSecretId: 'admin', region } as const;
    await new MailgunLogins({ ...provider, logins: [...LOGINS] }, deps).set(
      LOGINS[0],
      new Redacted('password'),
    );
    expect(asked).toEqual([url]);
  });
});
