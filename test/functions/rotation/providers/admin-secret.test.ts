import { describe, expect, test } from 'vitest';
import { Redacted } from '../../../../functions/credential/redacted.ts';
import type { SecretValue } from '../../../../functions/credential/secret-reader.ts';
import { SecretStore } from '../../../../functions/credential/store.ts';
import {
  adminSecrets,
  apiKeySecret,
  bearer,
  readAdminSecret,
} from '../../../../functions/rotation/providers/admin-secret.ts';
import { InProcessSecretsManager } from '../../../support/aws/secrets-manager.ts';

const holding = (text: string) => async (): Promise<SecretValue> => ({
  kind: 'value',
  versionId: 'v',
  text: new Redacted(text),
  createdAt: null,
});

describe('the secret of the administrator', () => {
  test('gives the API key, as a header that shows nothing', async () => {
    const header = await bearer(holding('{"apiKey":"SG.one"}'), 'admin');
    expect(header.reveal()).toBe('Bearer SG.one');
    expect(JSON.stringify(header)).not.toContain('SG.one');
  });

  test.each([
    ['no JSON', 'SG.secret', 'expected'],
    ['a list', '["SG.secret"]', 'expected'],
    ['another field', '{"key":"SG.secret"}', '$.apiKey'],
    ['a number', '{"apiKey":5550123}', 'expected a string at $.apiKey'],
    [
      'a key with a line break',
      '{"apiKey":"SG.secret\\n"}',
      'expected an API key without spaces at $.apiKey',
    ],
    ['an empty key', '{"apiKey":""}', 'expected an API key without spaces at $.apiKey'],
  ])('%s: says what is expected and where, and nothing of what is there', async (_name, text, says) => {
    const error: Error = await readAdminSecret(holding(text), 'admin', apiKeySecret).then(
      String,
      (one) => one,
    );
    expect(error).toMatchObject({ reason: 'unauthorized' });
    expect(error.message).toContain(says);
    expect(`${error.message} ${error.stack}`).not.toMatch(/SG\.secret|5550123/);
  });

  test('that does not exist or has no value is of no use', async () => {
    const read = async (): Promise<SecretValue> => ({ kind: 'absent' });
    await expect(readAdminSecret(read, 'admin', apiKeySecret)).rejects.toThrow(
      'the admin secret admin is of no use',
    );
  });

  test('that the role may not read: says which tag opens it', async () => {
    const read = async () => {
      throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    };
    await expect(readAdminSecret(read, 'admin', apiKeySecret)).rejects.toThrow('tag it keyturn:managed=true');
  });

  test('a failure of Secrets Manager is passed on as it is', async () => {
    const failure = Object.assign(new Error('later'), { name: 'InternalServiceError' });
    const read = async () => Promise.reject(failure);
    await expect(readAdminSecret(read, 'admin', apiKeySecret)).rejects.toBe(failure);
  });
});

describe('whom an admin secret serves', () => {
  const VALUE = '{"apiKey":"SG.one"}';
  const MANAGED = { 'keyturn:managed': 'true' };

  function readFor(secretName: string, tags: Record<string, string>): Promise<SecretValue> {
    const secrets = new InProcessSecretsManager();
    const arn = secrets.create('admin/sendgrid', VALUE, tags);
    return adminSecrets(new SecretStore(secrets.client), secretName)(arn);
  }

  test.each([
    ['the one that its tag names', 'keyturn/orders', 'keyturn/orders'],
    ['all below a beginning that ends in a slash', 'keyturn/shop/orders', 'keyturn/shop/'],
  ])('%s', async (_name, secretName, tag) => {
    const value = await readFor(secretName, { ...MANAGED, 'keyturn:admin-for': tag });
    expect(value.kind === 'value' && value.text.reveal()).toBe(VALUE);
  });

  test.each([
    ['another one', 'keyturn/invoices', 'keyturn/orders'],
    ['one whose name only begins alike', 'keyturn/orders-old', 'keyturn/orders'],
    ['one below another beginning', 'keyturn/shopping', 'keyturn/shop/'],
    ['all, by an empty tag', 'keyturn/orders', ''],
  ])('not %s: whoever writes that may not use this administrator', async (_name, secretName, tag) => {
    const read = readFor(secretName, { ...MANAGED, 'keyturn:admin-for': tag });
    await expect(read).rejects.toMatchObject({ reason: 'unauthorized' });
  });

  test('a credential is no admin secret: its password cannot be sent to where another secret says', async () => {
    const message = 'tag it keyturn:admin-for=keyturn/orders, or with a beginning of that name up to a slash';
    await expect(readFor('keyturn/orders', MANAGED)).rejects.toThrow(message);
  });

  test('the role may not even describe it: says which tag opens it', async () => {
    const closed = { describe: async () => ({ kind: 'denied' }) as const, read: holding(VALUE) };
    await expect(adminSecrets(closed, 'keyturn/orders')('admin/sendgrid')).rejects.toThrow(
      'keyturn:managed=true',
    );
  });

  test('none is found where there is none', async () => {
    const secrets = new InProcessSecretsManager();
    const read = adminSecrets(new SecretStore(secrets.client), 'keyturn/orders');
    await expect(readAdminSecret(read, 'admin/none', apiKeySecret)).rejects.toThrow('it does not exist');
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
