import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loginCredential, tokenOutcome } from '../../../functions/providers/access-token.ts';

import type { Credential } from '../../../functions/providers/secret.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { attemptOf, proverOn } from '../../support/prover.ts';
import { EntraApi, tokenRefusal } from '../../support/providers/entra-api.ts';
import { FaultyHttp, type HttpFault } from '../../support/providers/faulty-http.ts';
import { routedFetch } from '../../support/providers/routed-fetch.ts';
import { type SaslTestServer, startSaslServer } from '../../support/sasl-server.ts';

const BUDGET_MS = 5000;

describe('a client secret of Microsoft Entra', () => {
  let api: EntraApi;
  let tokens: FaultyHttp;
  let server: SaslTestServer;

  beforeEach(async () => {
    api = new EntraApi();
    tokens = await FaultyHttp.start(api.token);
    server = await startSaslServer({ XOAUTH2: exchange(api), PLAIN: async () => '535 5.7.3 No' });
  });

  afterEach(async () => {
    await server.close();
    await tokens.close();
  });

  function credential(clientSecret: string, mailbox = api.mailbox): Credential {
    const { host, port, security, ca } = server;
    const { tenantId, clientId, objectId } = api;
    return {
      endpoint: { host, port, security, ca },
      username: mailbox,
      password: new Redacted(clientSecret),
      provider: { type: 'entra', tenantId, clientId, objectId, mailbox: api.mailbox, adminSecretId: 'admin' },
    };
  }

  function prove(tried: Credential) {
    const send = routedFetch({ 'https://login.microsoftonline.com': tokens.url });
    const prover = proverOn(new InProcessTable(), [server], {
      loginCredential: (one, limitMs) => loginCredential(one, limitMs, send),
    });
    return attemptOf(prover, tried, BUDGET_MS);
  }

  test('buys an access token, which logs in by XOAUTH2; itself it never goes to the mail server', async () => {
    const { secretText } = api.add('orders');
    const { result, evidence } = await prove(credential(secretText));
    expect(result).toMatchObject({ credential: 'good', verdict: 'valid' });
    expect(evidence).toMatchObject({ used: 'XOAUTH2', authSent: true });
    expect(server.lines.join('\n')).not.toContain(Buffer.from(secretText).toString('base64').slice(0, 20));
    expect(JSON.stringify(evidence)).not.toContain([...api.tokens.keys()][0]);
  });

  test('is bought with anew for each login, so that one that was removed is seen at once', async () => {
    const { keyId, secretText } = api.add('orders');
    expect((await prove(credential(secretText))).result.verdict).toBe('valid');
    api.secrets.delete(keyId);
    expect((await prove(credential(secretText))).result).toMatchObject({
      credential: 'bad',
      verdict: 'client-secret-rejected',
    });
    expect(tokens.requests).toHaveLength(2);
  });

  test('that is refused ends the attempt before the mail server is dialled', async () => {
    const { result, evidence } = await prove(credential('wrong'));
    expect(result).toMatchObject({
      credential: 'bad',
      verdict: 'client-secret-rejected',
      retry: { allowed: false },
    });
    expect(evidence).toBeNull();
    expect(server.lines).toEqual([]);
  });

  test('is not called bad when only the mailbox refuses its token', async () => {
    const { secretText } = api.add('orders');
    const { result } = await prove(credential(secretText, 'other@example.com'));
    expect(result).toMatchObject({ credential: 'unknown', verdict: 'token-not-accepted' });
  });

  test.each<readonly [string, HttpFault, string]>([
    ['for another tenant', tokenRefusal(400, 'invalid_request', 90_002), 'token-refused'],
    [
      'for an unknown or disabled application',
      tokenRefusal(400, 'unauthorized_client', 700_016),
      'token-refused',
    ],
    ['with 429', tokenRefusal(429, 'invalid_client', 50_196), 'token-unavailable'],
    ['with 503', tokenRefusal(503, 'temporarily_unavailable', 90_033), 'token-unavailable'],
    ['by hanging up', 'unanswered', 'token-unavailable'],
    ['with half an answer', 'half', 'token-unavailable'],
    ['with what is no JSON', 'garbage', 'token-unavailable'],
    [
      'with a redirect',
      { status: 307, headers: { location: 'https://elsewhere.test/' } },
      'token-unavailable',
    ],
    ['with a token of no kind', { status: 200, body: { access_token: 'x' } }, 'token-unavailable'],
  ])('stays unknown when the token endpoint answers %s', async (_how, fault, verdict) => {
    const { secretText } = api.add('orders');
    tokens.fail(fault);
    const { result, evidence } = await prove(credential(secretText));
    expect({ ...result, evidence }).toMatchObject({ credential: 'unknown', verdict, evidence: null });
    expect(server.lines).toEqual([]);
  });

  test('a token endpoint that stays silent is given up when the time of the login is over', async () => {
    tokens.fail('silent');
    const send = routedFetch({ 'https://login.microsoftonline.com': tokens.url });
    expect(await loginCredential(credential(api.add('orders').secretText), 100, send)).toEqual({
      kind: 'failed',
      verdict: 'token-unavailable',
    });
  });
});

test('a password logs in itself, and nobody is asked for a token', async () => {
  const credential = {
    endpoint: { host: 'localhost', port: 465, security: 'tls' },
    username: 'ada',
    password: new Redacted('p'),
  } as const;
  const send = () => expect.unreachable();
  expect(await loginCredential(credential, BUDGET_MS, send)).toEqual({ kind: 'ready', credential });
});

test.each([
  [200, { token_type: 'Bearer', access_token: 't' }, 'issued'],
  [201, { token_type: 'Bearer', access_token: 't' }, 'token-unavailable'],
  [400, { error: 'invalid_client' }, 'client-secret-rejected'],
  [401, { error: 'invalid_client' }, 'client-secret-rejected'],
  [500, { error: 'invalid_client' }, 'token-unavailable'],
  [200, { error: 'invalid_client' }, 'token-unavailable'],
  [400, { error: 'server_error' }, 'token-unavailable'],
  [400, { error: 'invalid_scope' }, 'token-refused'],
  [401, null, 'token-unavailable'],
])('%i with %j says %s', (status, body, kind) => {
  expect(tokenOutcome(status, body).kind).toBe(kind);
});

function exchange(api: EntraApi) {
  return async (initial: string | null): Promise<string> => {
    const [user = '', bearer = ''] = (initial ?? '').split('\x01');
    const token = bearer.replace('auth=Bearer ', '');
    return api.acceptsToken(user.replace('user=', ''), token)
      ? '235 2.7.0 Authentication successful'
      : '535 5.7.8 Authentication unsuccessful';
  };
}
