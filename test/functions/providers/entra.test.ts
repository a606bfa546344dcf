import { describe, expect, test } from 'vitest';
import { type EntraProvider, EntraSecrets } from '../../../functions/providers/entra.ts';

import { adminOf } from '../../support/providers/admin-of.ts';
import { EntraApi, graphRefusal } from '../../support/providers/entra-api.ts';
import { FaultyHttp } from '../../support/providers/faulty-http.ts';
import { routedFetch } from '../../support/providers/routed-fetch.ts';
import { conformsAsIssuer, type Issuer } from './conformance-issuing.ts';
import { HttpWorld } from './http-subject.ts';

const REFUSALS = {
  unauthorized: graphRefusal(403, 'Authorization_RequestDenied'),
  'rate-limited': graphRefusal(429, 'TooManyRequests'),
  broken: graphRefusal(503, 'serviceNotAvailable'),
};

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf';
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

interface EntraIssuer extends Issuer {
  readonly api: EntraApi;
  readonly tokens: FaultyHttp;
  again(changes: Partial<EntraProvider>): EntraSecrets;
}

async function start(): Promise<EntraIssuer> {
  const api = new EntraApi();
  const [graph, tokens] = [await FaultyHttp.start(api.graph), await FaultyHttp.start(api.token)];
  const { deps, subject } = new HttpWorld(graph, {}, REFUSALS);
  const world = Object.create(deps, {
    fetch: {
      value: routedFetch({
        'https://login.microsoftonline.com': tokens.url,
        'https://graph.microsoft.com': graph.url,
      }),
    },
    readAdmin: { value: adminOf({ type: 'entra', tenantId: api.tenantId, ...api.admin }) },
  });
  const { tenantId, clientId, objectId, mailbox } = api;
  const provider = { type: 'entra', tenantId, clientId, objectId, mailbox, adminSecretId: 'admin' } as const;
  return {
    ...subject,
    api,
    tokens,
    provider: new EntraSecrets(provider, world),
    again: (changes) => new EntraSecrets({ ...provider, ...changes }, world),
    secrets: () => [
      api.admin.clientSecret,
      ...api.tokens.keys(),
      ...[...api.secrets.values()].map(({ secretText }) => secretText),
    ],
    accepts: (username, password) => api.accepts(username, password),
    addForeign: (count) => Array.from({ length: count }, () => api.add('by hand').keyId),
    close: async () => {
      await subject.close();
      await tokens.close();
    },
  };
}

describe('Microsoft Entra', () => {
  conformsAsIssuer(start);

  test('a credential is a client secret of the application, for its mailbox', async () => {
    const { provider, api, close } = await start();
    const { id, username, password } = await provider.mint('keyturn/orders/1');
    expect(api.secrets.get(id)).toMatchObject({
      displayName: 'keyturn/orders/1',
      secretText: password.reveal(),
    });
    expect(username).toBe(api.mailbox);
    await close();
  });

  test('lives no longer than the tenant allows, where that is said', async () => {
    const { again, api, close } = await start();
    const { id } = await again({ lifetimeDays: 90 }).mint('keyturn/orders/1');
    const days = (Date.parse(api.secrets.get(id)?.endDateTime ?? '') - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(90);
    await close();
  });

  test('one that has expired is not active', async () => {
    const { provider, api, close } = await start();
    api.add('old', '2020-01-01T00:00:00Z');
    expect(await provider.list()).toMatchObject([{ name: 'old', active: false }]);
    await close();
  });

  test('the owner is what the application is tagged with', async () => {
    const { provider, api, close } = await start();
    expect(await provider.owner()).toEqual({ kind: 'tagged', secretArn: null });
    api.tags.push('HideApp', `keyturn:secret=${ARN}`);
    expect(await provider.owner()).toEqual({ kind: 'tagged', secretArn: ARN });
    await close();
  });

  test('an application that is tagged for two secrets is of neither', async () => {
    const { provider, api, close } = await start();
    api.tags.push(`keyturn:secret=${ARN}`, 'keyturn:secret=another');
    expect(await provider.owner()).not.toEqual({ kind: 'tagged', secretArn: ARN });
    await close();
  });

  test('an application whose client id is not the one of the secret is not touched, whatever its tags say', async () => {
    const { again, api, reasonOf, close } = await start();
    api.tags.push(`keyturn:secret=${ARN}`);
    const other = again({ clientId: '6f1d5b3e-8a0c-4f55-9d0e-2b7a5c1e4d3f' });
    for (const call of [other.owner(), other.list()]) expect(reasonOf(await failureOf(call))).toBe('refused');
    await close();
  });

  test('the client id is compared without regard to case', async () => {
    const { again, api, close } = await start();
    expect(await again({ clientId: api.clientId.toUpperCase() }).list()).toEqual([]);
    await close();
  });

  test('a tenant that is not that of the administrator is refused, and nobody is asked', async () => {
    const { again, tokens, reasonOf, close } = await start();
    const other = again({ tenantId: '6f1d5b3e-8a0c-4f55-9d0e-2b7a5c1e4d3f' });
    for (const call of [() => other.list(), () => other.endpoints(), () => other.mint('name')])
      expect(reasonOf(await failureOf(call()))).toBe('endpoint-changed');
    expect(tokens.requests).toEqual([]);
    await close();
  });

  test('the calls of one step share one token, which is asked for as the administrator', async () => {
    const { provider, api, tokens, close } = await start();
    await provider.list();
    await provider.mint('keyturn/orders/1');
    expect(tokens.requests).toHaveLength(1);
    expect([...api.tokens.values()]).toEqual([
      { clientId: api.admin.clientId, scope: 'https://graph.microsoft.com/.default' },
    ]);
    await close();
  });

  test.each([
    ['is refused', { status: 401, body: { error: 'invalid_client' } }, 'unauthorized'],
    ['cannot be asked for', { status: 503 }, 'unavailable'],
  ] as const)('when the token of the administrator %s, nothing is made', async (_what, fault, reason) => {
    const { provider, api, tokens, reasonOf, close } = await start();
    tokens.fail(fault);
    const error = await provider.mint('keyturn/orders/1').then(
      () => null,
      (rejected: unknown) => rejected,
    );
    expect(reasonOf(error)).toBe(reason);
    expect(api.secrets.size).toBe(0);
    await close();
  });
});
