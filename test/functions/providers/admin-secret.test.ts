import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  administrator,
  adminSecrets,
  apiKeySecret,
  bearer,
  type ReadAdmin,
} from '../../../functions/providers/admin-secret.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { SecretStore } from '../../../functions/secrets/store.ts';
import { arnOf, InProcessSecretsManager } from '../../support/aws/secrets-manager.ts';

const SCHEMA = v.object(apiKeySecret('sendgrid'));
const VALUE = '{"type":"sendgrid","apiKey":"SG.one"}';
const MANAGED = { 'keyturn:managed': 'true' };
const served = (name: string, region?: string) => ({ arn: arnOf(name, region), name });

const holding =
  (text: string): ReadAdmin =>
  async () => ({ text: new Redacted(text), scope: { several: false, own: 'orders' } });

describe('the secret of the administrator', () => {
  test('gives the API key, as a header that shows nothing', async () => {
    const header = bearer(await administrator(holding(VALUE), 'admin', SCHEMA)());
    expect(header.reveal()).toBe('Bearer SG.one');
    expect(JSON.stringify(header)).not.toContain('SG.one');
  });

  test.each([
    ['no JSON', 'SG.secret', 'expected'],
    ['a list', '["SG.secret"]', 'expected'],
    ['no type', '{"apiKey":"SG.secret"}', '$.type'],
    ['another field', '{"type":"sendgrid","key":"SG.secret"}', '$.apiKey'],
    ['a number', '{"type":"sendgrid","apiKey":5550123}', 'expected a string at $.apiKey'],
    [
      'a key with a line break',
      '{"type":"sendgrid","apiKey":"SG.secret\\n"}',
      'expected an API key without spaces at $.apiKey',
    ],
    ['an empty key', '{"type":"sendgrid","apiKey":""}', 'expected an API key without spaces at $.apiKey'],
  ])('%s: says what is expected and where, and nothing of what is there', async (_name, text, says) => {
    const error: Error = await administrator(holding(text), 'admin', SCHEMA)().then(
      () => expect.unreachable(),
      (rejected: Error) => rejected,
    );
    expect(error).toMatchObject({ reason: 'unauthorized' });
    expect(error.message).toContain(says);
    expect(`${error.message} ${error.stack}`).not.toMatch(/SG\.secret|5550123/);
  });

  test('of one provider is of no use to a secret that names another: its key goes nowhere else', async () => {
    const key = administrator(holding(VALUE), 'admin', v.object(apiKeySecret('resend')));
    await expect(key()).rejects.toThrow('expected "resend", as in `provider` at $.type');
  });

  test('is read once, and again only when that failed', async () => {
    let reads = 0;
    const read: ReadAdmin = async (id) => {
      reads += 1;
      if (reads === 1) throw new Error('later');
      return holding(VALUE)(id);
    };
    const key = administrator(read, 'admin', SCHEMA);
    await expect(key()).rejects.toThrow('later');
    expect(await Promise.all([key(), key()])).toMatchObject([{ apiKey: 'SG.one' }, { apiKey: 'SG.one' }]);
    await key();
    expect(reads).toBe(2);
  });

  test('that the role may not read: says which tag opens it', async () => {
    const store = { describe: found, read: async () => Promise.reject(refused('AccessDeniedException')) };
    const read = adminSecrets(store, served('keyturn/orders'));
    await expect(read('admin')).rejects.toThrow('tag it keyturn:managed=true');
  });

  test('a failure of Secrets Manager is passed on as it is', async () => {
    const failure = refused('InternalServiceError');
    const store = { describe: found, read: async () => Promise.reject(failure) };
    await expect(adminSecrets(store, served('keyturn/orders'))('admin')).rejects.toBe(failure);
  });
});

const refused = (name: string) => Object.assign(new Error('no'), { name });

async function found(secretId: string) {
  const secrets = new InProcessSecretsManager();
  const tags = { ...MANAGED, 'keyturn:admin-for': 'keyturn/orders' };
  return new SecretStore(secrets.client).describe(secrets.create(secretId, VALUE, tags));
}

describe('whom an admin secret serves', () => {
  async function readFor(secret: ReturnType<typeof served>, tags: Record<string, string>) {
    const secrets = new InProcessSecretsManager();
    const arn = secrets.create('admin/sendgrid', VALUE, tags);
    return adminSecrets(new SecretStore(secrets.client), secret)(arn);
  }

  test.each([
    ['the one that its tag names', 'keyturn/orders', 'keyturn/orders', { several: false, own: 'orders' }],
    ['one without a slash in its name', 'orders', 'orders', { several: false, own: 'orders' }],
    [
      'all below a beginning that ends in a slash',
      'keyturn/shop/orders',
      'keyturn/shop/',
      { several: true, own: 'orders' },
    ],
    ['those further below', 'keyturn/shop/orders', 'keyturn/', { several: true, own: 'shop/orders' }],
  ])('%s', async (_name, secretName, tag, scope) => {
    const admin = await readFor(served(secretName), { ...MANAGED, 'keyturn:admin-for': tag });
    expect(admin.text.reveal()).toBe(VALUE);
    expect(admin.scope).toEqual(scope);
  });

  test.each([
    ['another one', 'keyturn/invoices', 'keyturn/orders'],
    ['one whose name only begins alike', 'keyturn/orders-old', 'keyturn/orders'],
    ['one below another beginning', 'keyturn/shopping', 'keyturn/shop/'],
    ['one whose name has nothing behind the beginning', 'keyturn/', 'keyturn/'],
    ['all, by an empty tag', 'keyturn/orders', ''],
  ])('not %s: whoever writes that may not use this administrator', async (_name, secretName, tag) => {
    const read = readFor(served(secretName), { ...MANAGED, 'keyturn:admin-for': tag });
    await expect(read).rejects.toMatchObject({ reason: 'unauthorized' });
  });

  test.each([
    ['another region', arnOf('keyturn/orders', 'eu-west-1')],
    ['another account', arnOf('keyturn/orders').replace('123456789012', '210987654321')],
    ['another partition', arnOf('keyturn/orders').replace('arn:aws:', 'arn:aws-cn:')],
  ])('none of the same name in %s', async (_where, arn) => {
    const tags = { ...MANAGED, 'keyturn:admin-for': 'keyturn/orders' };
    await expect(readFor({ arn, name: 'keyturn/orders' }, tags)).rejects.toThrow('another account or region');
  });

  test('a credential is no admin secret: its password cannot be sent to where another secret says', async () => {
    const message = 'tag it keyturn:admin-for=keyturn/orders, or with a beginning of that name up to a slash';
    await expect(readFor(served('keyturn/orders'), MANAGED)).rejects.toThrow(message);
  });

  test('an admin secret is no credential: it is neither validated nor rotated, retired or operated on', async () => {
    expect(await found('admin/database')).toMatchObject({ kind: 'found', managed: false });
  });

  test('the role may not even describe it: says which tag opens it', async () => {
    const closed = {
      describe: async () => ({ kind: 'denied' }) as const,
      read: async () => expect.unreachable(),
    };
    await expect(adminSecrets(closed, served('keyturn/orders'))('admin/sendgrid')).rejects.toThrow(
      'keyturn:managed=true',
    );
  });

  test.each([
    ['does not exist', () => {}],
    [
      'has no value',
      (secrets: InProcessSecretsManager) =>
        secrets.create('admin/none', undefined, { ...MANAGED, 'keyturn:admin-for': 'keyturn/' }),
    ],
  ])('one that %s is of no use', async (_what, prepare) => {
    const secrets = new InProcessSecretsManager();
    prepare(secrets);
    const read = adminSecrets(new SecretStore(secrets.client), served('keyturn/orders'));
    await expect(read('admin/none')).rejects.toThrow('it does not exist, or has no value');
  });

  test('it is not listed with the credentials, which are audited and retired', async () => {
    const secrets = new InProcessSecretsManager();
    secrets.create('admin/sendgrid', VALUE, { ...MANAGED, 'keyturn:admin-for': 'keyturn/' });
    secrets.create('keyturn/orders', '{}', MANAGED);
    const listed: string[] = [];
    for await (const { name } of new SecretStore(secrets.client).listManaged()) listed.push(name);
    expect(listed).toEqual(['keyturn/orders']);
  });
});
