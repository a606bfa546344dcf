import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { EntraSecrets } from '../../../functions/providers/entra.ts';
import { MailgunLogins } from '../../../functions/providers/mailgun.ts';
import type { Provider } from '../../../functions/providers/secret.ts';
import { PasswordTable } from '../../../functions/providers/sql.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { arnOf } from '../../support/aws/secrets-manager.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { EntraApi } from '../../support/providers/entra-api.ts';
import { FaultyHttp } from '../../support/providers/faulty-http.ts';
import { MailgunApi } from '../../support/providers/mailgun-api.ts';
import { ResendApi } from '../../support/providers/resend-api.ts';
import { routedFetch } from '../../support/providers/routed-fetch.ts';
import { SendGridApi } from '../../support/providers/sendgrid-api.ts';
import { listen, type SmtpTestServer } from '../../support/smtp-servers.ts';
import { issuingLab, placeOf, RotationLab, smtpFor } from './rotation-lab.ts';

/** After that nobody is at work for a rotation that was begun before (ms). */
const DAYS_MS = 3 * 24 * 60 * 60_000;
const ADMIN = 'admin/provider';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function smtp(accepts: (username: string, password: string) => boolean): Promise<SmtpTestServer> {
  const server = await smtpFor(accepts);
  open.push(server);
  return server;
}

function only<T extends Provider['type']>(provider: Provider, type: T) {
  if (provider.type !== type) throw new Error(`the secret names ${provider.type}`);
  return provider as Extract<Provider, { type: T }>;
}

async function issuing(type: 'sendgrid' | 'resend') {
  const api = type === 'sendgrid' ? new SendGridApi() : new ResendApi();
  const made = await issuingLab(api);
  open.push(...made.open);
  await made.lab.rotate();
  await made.lab.rotate();
  return { api, ...made };
}

/** Runs of the retirement, days apart, whatever comes of each. */
async function retireForDays(lab: RotationLab): Promise<void> {
  for (let run = 0; run < 4; run += 1) {
    lab.leap(DAYS_MS);
    await lab.retire();
  }
}

describe.each(['sendgrid', 'resend'] as const)(
  'who may write one secret, and nothing else, at %s',
  (type) => {
    const NAMES = [
      ['made by hand', 'by hand'],
      ['of the secret of the same name in another region', 'keyturn/keyturn/orders/0123456789abcdef01234567'],
      ['that has no name of Keyturn', 'keyturn'],
    ] as const;

    test.each(
      NAMES.flatMap(([whose, name]) =>
        (['AWSPREVIOUS', 'AWSPENDING', 'SOMETHING'] as const).map((label) => ({ whose, name, label })),
      ),
    )('has no key $whose deleted by writing its id under $label', async ({ name, label }) => {
      const { api, lab } = await issuing(type);
      const foreign = api.add(name);
      lab.write([label], { ...lab.value('AWSCURRENT'), credentialId: foreign.id });
      await retireForDays(lab);
      expect([...api.keys.keys()]).toContain(foreign.id);
      // Its own replaced key is retired as ever, and the one in use is not.
      expect([...api.keys.keys()]).toEqual(
        expect.arrayContaining([lab.credential('AWSCURRENT').credentialId]),
      );
      expect(api.keys.size).toBe(2);
    });

    test('has nothing shown or stored that the provider says in the place of a key id', async () => {
      const { http, lab } = await issuing(type);
      const id = 'jane.doe@example.com SG.canary-7c1d';
      const body = type === 'sendgrid' ? { api_key: 'k', api_key_id: id } : { id, token: 'k' };
      http.fail(undefined, { status: 201, body }, { status: 201, body }, { status: 201, body });
      const failure = await lab.rotate().catch((error: Error) => error);
      expect(String(failure)).toMatch(/not as documented/);
      expect(String(failure)).not.toContain('canary-7c1d');
      expect(JSON.stringify(lab.value('AWSCURRENT'))).not.toContain('canary-7c1d');
    });

    test('has no key deleted by an id that leads elsewhere', async () => {
      const { api, lab } = await issuing(type);
      const foreign = api.add('by hand');
      for (const id of [`../${foreign.id}`, '..', '.', `${foreign.id}/`, `${foreign.id}?x`, ' ']) {
        lab.write(['AWSPREVIOUS'], { ...lab.value('AWSCURRENT'), credentialId: id });
        await retireForDays(lab);
      }
      expect([...api.keys.keys()]).toContain(foreign.id);
    });

    test('has no key deleted by storing its id under the token of a rotation that stands still', async () => {
      const { api, http, lab } = await issuing(type);
      const foreign = api.add('by hand');
      const token = 'of-secrets-manager'.padEnd(36, '0');
      http.fail(undefined, 'unanswered');
      await expect(lab.rotate(token)).rejects.toMatchObject({ reason: 'ambiguous' });
      const stored = { ...lab.value('AWSCURRENT'), credentialId: foreign.id };
      lab.write(['AWSPENDING'], stored, token);
      // The ledger takes the id in the version for that of the mint.
      expect(await lab.step('createSecret', token)).toBe('already-minted');
      lab.leap(DAYS_MS);
      const actions: unknown[] = [];
      for (let run = 0; run < 3; run += 1) {
        const outcome = await lab.retire();
        actions.push(outcome.kind === 'retired' && outcome.pending?.action);
        lab.leap(DAYS_MS);
      }
      expect(actions).toEqual(['abandon', 'leave', 'leave']);
      expect([...api.keys.keys()]).toContain(foreign.id);
    });

    test('has no key deleted by making it the current one, and losing it', async () => {
      const { api, lab } = await issuing(type);
      const foreign = api.add('by hand');
      const value = lab.value('AWSCURRENT');
      lab.write(['AWSCURRENT'], { ...value, credentialId: foreign.id });
      await retireForDays(lab);
      lab.write(['AWSCURRENT'], value);
      await retireForDays(lab);
      expect([...api.keys.keys()]).toContain(foreign.id);
    });

    test('a key that a person made, and put into the secret, is told and left', async () => {
      const { api, lab } = await issuing(type);
      const adopted = api.add('by hand');
      lab.write(['AWSPREVIOUS'], { ...lab.value('AWSCURRENT'), credentialId: adopted.id });
      lab.leap(DAYS_MS);
      expect(await lab.retire()).toMatchObject({
        retirements: expect.arrayContaining([{ id: adopted.id, action: 'leave', reason: 'not-ours' }]),
      });
    });
  },
);

test('who may write one secret has no key of Resend made for a domain of their choice', async () => {
  const { api, lab } = await issuing('resend');
  const before = api.keys.size;
  lab.write(['AWSCURRENT'], {
    ...lab.value('AWSCURRENT'),
    provider: { type: 'resend', adminSecretId: ADMIN, domainId: 'another-domain' },
  });
  await expect(lab.rotate()).rejects.toThrow('`domainId` stands in the secret of the administrator');
  expect(api.keys.size).toBe(before);
});

describe('who may write one secret of Mailgun', () => {
  const OWN = ['orders-a@mg.example.com', 'orders-b@mg.example.com'] as const;
  const OTHERS = ['invoices-a@mg.example.com', 'postmaster@mg.example.com'] as const;

  async function mailgun() {
    const api = new MailgunApi();
    for (const login of [...OWN, ...OTHERS]) api.passwords.set(login, `first of ${login}`);
    const http = await FaultyHttp.start(api.handle);
    open.push(http);
    const server = await smtp((username, password) => api.accepts(username, password));
    const provider = { type: 'mailgun', logins: OWN, adminSecretId: ADMIN };
    const lab = new RotationLab(
      { ...placeOf(server), provider },
      [server],
      (named, deps) => new MailgunLogins(only(named, 'mailgun'), deps, http.url),
    );
    const logins = ['*-a@mg.example.com', '*-b@mg.example.com'];
    lab.addAdministrator({ type: 'mailgun', apiKey: api.adminKey, domain: api.domain, logins }, 'keyturn/');
    await lab.rotate();
    const untouched = () => OTHERS.every((login) => api.passwords.get(login) === `first of ${login}`);
    return { api, http, lab, provider, untouched };
  }

  test('sets no password of a login of others by naming it as its own', async () => {
    const { lab, provider, untouched } = await mailgun();
    lab.write(['AWSCURRENT'], { ...lab.value('AWSCURRENT'), provider: { ...provider, logins: OTHERS } });
    await expect(lab.rotate()).rejects.toThrow('does not allow this login');
    expect(untouched()).toBe(true);
  });

  test('sets none by storing it as the pending one, at any step and when that is put right again', async () => {
    const { lab, provider, untouched } = await mailgun();
    const token = 'chosen-by-the-writer'.padEnd(36, '0');
    const pending = { ...lab.value('AWSCURRENT'), username: OTHERS[0], password: 'theirs' };
    lab.write(['AWSPENDING'], { ...pending, provider: { ...provider, logins: OTHERS } }, token);
    for (const step of ['setSecret', 'testSecret'] as const)
      await expect(lab.step(step, token)).rejects.toThrow();
    expect(await lab.retire()).toMatchObject({ pending: { action: 'wait' } });
    await retireForDays(lab);
    expect(untouched()).toBe(true);
  });

  test('sends nothing to another domain', async () => {
    const { http, lab, provider } = await mailgun();
    const elsewhere = { ...provider, domain: 'other.example.com' };
    lab.write(['AWSCURRENT'], { ...lab.value('AWSCURRENT'), provider: elsewhere });
    await lab.rotate();
    expect(new Set(http.requests.map(({ path }) => path[2]))).toEqual(new Set(['mg.example.com']));
  });
});

describe('who may write one secret of Microsoft Entra', () => {
  async function entra(tags: readonly string[]) {
    const api = new EntraApi();
    api.tags.push(...tags);
    const [graph, tokens] = [await FaultyHttp.start(api.graph), await FaultyHttp.start(api.token)];
    open.push(graph, tokens);
    const fetch = routedFetch({
      'https://login.microsoftonline.com': tokens.url,
      'https://graph.microsoft.com': graph.url,
    });
    const { tenantId, clientId, objectId, mailbox } = api;
    const provider = { type: 'entra', tenantId, clientId, objectId, mailbox, adminSecretId: ADMIN };
    const value = { host: 'smtp.office365.com', port: 587, provider };
    const lab = new RotationLab(
      value,
      [],
      (named, deps) => new EntraSecrets(only(named, 'entra'), { ...deps, fetch }),
    );
    lab.addAdministrator({ type: 'entra', tenantId, ...api.admin });
    return { api, lab, value };
  }

  test.each([
    ['without a tag', []],
    ['of another secret', [`keyturn:secret=${arnOf('keyturn/invoices')}`]],
    [
      'of the secret of the same name in another region',
      [`keyturn:secret=${arnOf('keyturn/orders', 'eu-west-1')}`],
    ],
    ['of whichever secret has this name', ['keyturn:secret=keyturn/orders']],
  ])('neither gets a client secret of an application %s, nor has one removed', async (_whose, tags) => {
    const { api, lab, value } = await entra(tags);
    const foreign = api.add('by hand');
    await expect(lab.rotate()).rejects.toThrow('belongs to');
    expect([...api.secrets.keys()]).toEqual([foreign.keyId]);
    lab.write(['AWSCURRENT'], { ...value, username: api.mailbox, password: 'p', credentialId: 'none' });
    lab.write(['AWSPREVIOUS'], {
      ...value,
      username: api.mailbox,
      password: 'p',
      credentialId: foreign.keyId,
    });
    await retireForDays(lab);
    expect(await lab.retire()).toMatchObject({ kind: 'failed', reason: 'not-owner' });
    expect([...api.secrets.keys()]).toEqual([foreign.keyId]);
  });

  test('has no client secret removed that was not made for it, not even of its own application', async () => {
    const { api, lab, value } = await entra([`keyturn:secret=${arnOf('keyturn/orders')}`]);
    const [current, foreign] = [api.add('current'), api.add('by hand')];
    const login = { ...value, username: api.mailbox, password: 'p' };
    lab.write(['AWSCURRENT'], { ...login, credentialId: current.keyId });
    lab.write(['AWSPREVIOUS'], { ...login, credentialId: foreign.keyId });
    await retireForDays(lab);
    expect([...api.secrets.keys()]).toContain(foreign.keyId);
  });
});

describe('who may write one secret of a password table', () => {
  /** Hears what is said to it, and says nothing. */
  async function listener() {
    const heard: Buffer[] = [];
    const connected = { times: 0 };
    const server = net.createServer((socket) => {
      connected.times += 1;
      socket.on('error', () => {}).on('data', (data) => heard.push(data));
    });
    const port = await listen(server);
    open.push({ close: () => once(server.close(), 'close') });
    return { port, connected, heard: () => Buffer.concat(heard).toString('latin1') };
  }

  test('gets neither the administrator nor a connection, whatever place it names', async () => {
    const [evil, database] = [await listener(), await listener()];
    const table = { database: 'mail', table: 'users', loginColumn: 'login', passwordColumn: 'password' };
    const named = { dialect: 'postgresql', host: 'localhost', port: evil.port, ...table };
    const provider = { type: 'sql', ...named, logins: ['orders'], adminSecretId: ADMIN };
    const lab = new RotationLab(
      { host: 'localhost', port: 465, provider },
      [],
      (settings, { readAdmin }) =>
        new PasswordTable(only(settings, 'sql'), {
          readAdmin,
          network: loopbackNetwork(evil, database),
          randomBytes: Buffer.alloc,
          longestCallMs: 400,
        }),
    );
    const place = { dialect: 'postgresql', host: 'localhost', port: database.port, ...table };
    const login = { username: 'keyturn', password: 'of-the-administrator' };
    const endpoints = [{ host: 'localhost', port: 465 }];
    lab.addAdministrator({ type: 'sql', ...login, ...place, logins: ['*'], endpoints });
    await expect(lab.rotate()).rejects.toMatchObject({ reason: 'unavailable' });
    expect([evil.connected.times, evil.heard()]).toEqual([0, '']);
    expect(database.connected.times).toBe(1);
  });
});

test('no login but an allowed one is ever asked for, before anything is sent', async () => {
  const asked: string[] = [];
  const deps = {
    fetch: async (request: unknown) => {
      asked.push((request as Request).url);
      return Response.json({});
    },
    sleep: async () => {},
    now: Date.now,
    readAdmin: async () => ({
      text: new Redacted(
        '{"type":"mailgun","apiKey":"k","domain":"mg.example.com","logins":["*@mg.example.com"]}',
      ),
      scope: { several: true, own: 'orders' },
    }),
  };
  const logins: [string, string] = ['orders@mg.example.com', 'b@mg.example.com'];
  const mailgun = new MailgunLogins({ type: 'mailgun', logins, adminSecretId: ADMIN }, deps);
  for (const login of ['b@mg.example.com', '*@mg.example.com', 'Orders@mg.example.com', '', '..']) {
    await expect(mailgun.set(login, new Redacted('new'))).rejects.toMatchObject({ reason: 'refused' });
  }
  await expect(mailgun.check()).rejects.toMatchObject({ reason: 'refused' });
  expect(asked).toEqual([]);
  await mailgun.set('orders@mg.example.com', new Redacted('new'));
  expect(asked).toHaveLength(1);
});
