import { createHmac, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Network } from '../../../functions/net/network.ts';
import { ProviderError } from '../../../functions/providers/provider.ts';
import { Webhook } from '../../../functions/providers/webhook.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { createAuthority } from '../../../sandbox/certificates.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { adminOf } from '../../support/providers/admin-of.ts';
import { FaultyHttp, type HttpFault } from '../../support/providers/faulty-http.ts';
import { startTlsFront, WebhookReceiver } from '../../support/providers/webhook-receiver.ts';
import type { Fault } from './conformance.ts';
import { conformsAsSetter, type Setter } from './conformance-setting.ts';

const LOGINS = ['orders-a@example.com', 'orders-b@example.com'] as const;
/** What the administrator allows; one of them nobody knows. */
const ALLOWED = [...LOGINS, 'nobody@example.com'];
const STATUS = { unauthorized: 401, 'rate-limited': 429, broken: 503 } as const;
const HURRIED_MS = 300;

interface Hook extends Setter {
  readonly receiver: WebhookReceiver;
  readonly http: FaultyHttp;
  readonly url: URL;
  /** With another admin secret, or another world. */
  again(changes: { readonly url?: string; readonly ca?: string }, world?: Partial<World>): Webhook;
}

interface World {
  readonly now: () => number;
  readonly network: Network;
  readonly signingSecret: string;
}

async function start(): Promise<Hook> {
  const receiver = new WebhookReceiver();
  for (const login of LOGINS) receiver.passwords.set(login, '');
  const http = await FaultyHttp.start(receiver.handle);
  const front = await startTlsFront(Number(new URL(http.url).port));
  const url = `https://localhost:${front.port}/keyturn`;
  let longestCallMs = 10_000;
  const again: Hook['again'] = (changes, world = {}) => {
    const {
      now = Date.now,
      network = loopbackNetwork(front),
      signingSecret = receiver.signingSecret,
    } = world;
    const admin = { type: 'webhook', url, ca: front.ca, signingSecret, logins: ALLOWED, ...changes };
    const deps = {
      now,
      network,
      newId: randomUUID,
      readAdmin: adminOf(admin),
      get longestCallMs() {
        return longestCallMs;
      },
    };
    return new Webhook({ type: 'webhook', logins: [...LOGINS], signingSecretId: 'hook' }, deps);
  };
  return {
    receiver,
    http,
    again,
    url: new URL(url),
    provider: again({}),
    fail: (fault, times = 1) => {
      longestCallMs = fault === 'silent' ? HURRIED_MS : 10_000;
      http.fail(...Array<HttpFault>(times).fill(httpFault(fault)));
    },
    writes: () => http.requests.length,
    reasonOf: (error) => {
      if (error instanceof ProviderError) return error.reason;
      throw error;
    },
    secrets: () => [receiver.signingSecret, ...[...receiver.passwords.values()].filter((one) => one !== '')],
    accepts: (username, password) => receiver.accepts(username, password),
    close: async () => {
      await front.close();
      await http.close();
    },
  };
}

function httpFault(fault: Fault): HttpFault {
  if (fault === 'unauthorized' || fault === 'rate-limited' || fault === 'broken')
    return { status: STATUS[fault] };
  return fault;
}

const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => 'set',
    (error: unknown) => (error instanceof ProviderError ? error.reason : error),
  );

describe('a webhook', () => {
  conformsAsSetter(start);

  test('says the login and its new password to a receiver that verifies the signature, and no more', async () => {
    const { provider, http, receiver, close } = await start();
    await provider.set(LOGINS[0], new Redacted('new-password'));
    expect(receiver.accepts(LOGINS[0], 'new-password')).toBe(true);
    const [{ body, headers } = expect.unreachable()] = http.requests;
    expect(JSON.parse(body)).toEqual({
      type: 'credential.password',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      data: { login: LOGINS[0], password: 'new-password' },
    });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': expect.any(String) });
    await close();
  });

  test('signs what docs/webhook.md says, with the decoded key', async () => {
    const { provider, http, receiver, close } = await start();
    await provider.set(LOGINS[0], new Redacted('new-password'));
    const [{ body, headers } = expect.unreachable()] = http.requests;
    const [id, seconds] = [headers['webhook-id'], headers['webhook-timestamp']];
    expect(Math.abs(Date.now() / 1000 - Number(seconds))).toBeLessThan(60);
    const key = Buffer.from(receiver.signingSecret.slice('whsec_'.length), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    await close();
  });

  test('a receiver refuses another key, another time, and what it has had before', async () => {
    const { again, receiver, http, close } = await start();
    const password = new Redacted('new-password');
    const otherKey = `whsec_${Buffer.alloc(32).toString('base64')}`;
    expect(await reasonOf(again({}, { signingSecret: otherKey }).set(LOGINS[0], password))).toBe(
      'unauthorized',
    );
    const late = () => Date.now() - 6 * 60_000;
    expect(await reasonOf(again({}, { now: late }).set(LOGINS[0], password))).toBe('unauthorized');
    await again({}).set(LOGINS[0], password);
    const { headers, body } = http.requests.at(-1) ?? expect.unreachable();
    const replay = { method: 'POST', path: ['keyturn'], query: new URLSearchParams(), headers, body };
    expect(receiver.handle(replay)).toEqual({ status: 401 });
    await close();
  });

  test('a redirect is not followed: nobody else gets the password', async () => {
    const { provider, http, close } = await start();
    http.fail({ status: 307, headers: { location: `${http.url}/keyturn` } });
    expect(await reasonOf(provider.set(LOGINS[0], new Redacted('p')))).toBe('ambiguous');
    expect(http.requests).toHaveLength(1);
    await close();
  });

  test('a certificate that is not verified gets nothing', async () => {
    const { again, http, close } = await start();
    const { cert: ca } = await createAuthority();
    expect(await reasonOf(again({ ca }).set(LOGINS[0], new Redacted('p')))).toBe('unavailable');
    expect(http.requests).toEqual([]);
    await close();
  });

  test.each(['127.0.0.1', '10.1.2.3', '169.254.169.254', '::1', 'fd00::1', '::ffff:127.0.0.1'])(
    'a name that leads to %s is not called, however its look-up changes later',
    async (address) => {
      const looked: string[] = [];
      const resolver = {
        resolve4: async () => [],
        resolve6: async () => [],
        lookup: async (host: string) => {
          looked.push(host);
          return [looked.length === 1 ? address : '127.0.0.1'];
        },
      };
      const { again, http, close } = await start();
      const network = new Network({ ports: [443], networks: [] }, resolver);
      const hook = again({ url: 'https://hooks.example.com/keyturn' }, { network });
      expect(await reasonOf(hook.set(LOGINS[0], new Redacted('p')))).toBe('refused');
      expect([looked, http.requests]).toEqual([['hooks.example.com'], []]);
      await close();
    },
  );

  test('the address that was checked is the one that is dialled: a name is looked up once', async () => {
    const { again, http, url, close } = await start();
    let looked = 0;
    const resolver = {
      resolve4: async () => [],
      resolve6: async () => [],
      lookup: async () => [++looked === 1 ? '127.0.0.1' : '127.0.0.2'],
    };
    const network = new Network({ ports: [Number(url.port)], networks: ['127.0.0.1/32'] }, resolver);
    await again({}, { network }).set(LOGINS[0], new Redacted('p'));
    expect([looked, http.requests.length]).toEqual([1, 1]);
    await close();
  });

  test('a port that the network settings do not allow is not called', async () => {
    const { again, close } = await start();
    const network = new Network({ ports: [443], networks: ['127.0.0.0/8'] });
    expect(await reasonOf(again({}, { network }).set(LOGINS[0], new Redacted('p')))).toBe('refused');
    await close();
  });

  test.each([
    'http://hooks.example.com/',
    'https://user:secret@hooks.example.com/',
    'https://hooks.example.com/#part',
    'file:///etc/passwd',
    'hooks.example.com',
  ])('%s is no address for one', async (url) => {
    const { again, http, close } = await start();
    await expect(again({ url }).set(LOGINS[0], new Redacted('p'))).rejects.toThrow('at $.url');
    expect(http.requests).toEqual([]);
    await close();
  });
});
