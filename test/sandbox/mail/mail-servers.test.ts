import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Security } from '../../../functions/net/endpoint.ts';
import type { Credential } from '../../../functions/providers/secret.ts';
import { sesSmtpPassword } from '../../../functions/providers/ses.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { login } from '../../../functions/smtp/login.ts';
import { resultOf } from '../../../functions/smtp/login-result.ts';
import { deliver, expectRefusal } from '../../../sandbox/job/mail.ts';
import { type MailServers, openMailServers } from '../../../sandbox/mail/mail-servers.ts';
import type { SmtpEndpoint } from '../../../sandbox/mail/smtp-endpoint.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { openTestCloud, type TestCloud } from '../cloud.ts';

const BUDGET_MS = 5000;

let local: TestCloud;
let servers: MailServers;

beforeAll(async () => {
  local = await openTestCloud();
  servers = await openMailServers(local.cloud, () => 0);
});

afterAll(async () => {
  await servers?.close();
  await local?.close();
});

function credential(
  server: SmtpEndpoint,
  security: Security,
  { username, password }: { username: string; password: string },
): Credential {
  const { host, ca } = servers;
  const endpoint = { host, port: server.port, security, ca };
  return { endpoint, username, password: new Redacted(password), from: 'orders@example.com' };
}

const verdictOf = async (one: Credential) =>
  resultOf(await login(one, BUDGET_MS, loopbackNetwork(one.endpoint))).verdict;

describe('the SES endpoint', () => {
  let UserName: string;
  let AccessKeyId: string;
  let secretAccessKey: string;

  beforeEach(async () => {
    UserName = `mailer-${Math.random().toString(36).slice(2)}`;
    await local.clients.iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await local.clients.iam.send(new CreateAccessKeyCommand({ UserName }));
    ({ AccessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {});
  });

  function derived(region = 'us-east-1'): Credential {
    const password = sesSmtpPassword(secretAccessKey, region);
    return credential(servers.ses, 'tls', { username: AccessKeyId, password });
  }

  test('takes mail from the password derived from a live key, and notes its use', async () => {
    expect(local.cloud.issuedKeys.lastUse(AccessKeyId)).toBeUndefined();
    await deliver(derived(), servers.ses, 'hello');
    expect(servers.ses.deliveries.at(-1)).toMatchObject({
      username: AccessKeyId,
      from: 'orders@example.com',
      to: ['customer@example.net'],
    });
    expect(local.cloud.issuedKeys.lastUse(AccessKeyId)?.region).toBe('us-east-1');
  });

  test.each([
    ['the password of another region', () => derived('eu-west-1')],
    [
      'the raw secret access key',
      () => credential(servers.ses, 'tls', { username: AccessKeyId, password: secretAccessKey }),
    ],
    [
      'a key that IAM never issued',
      () => credential(servers.ses, 'tls', { username: 'AKIAUNKNOWN', password: 'x' }),
    ],
  ])("refuses %s with Amazon's own words", async (_case, made) => {
    expect(await expectRefusal(made())).toBe('535 Authentication Credentials Invalid');
    expect(local.cloud.issuedKeys.lastUse(AccessKeyId)).toBeUndefined();
  });

  test('refuses a key from the moment it is inactive, takes it when reactivated, refuses it when deleted', async () => {
    const { iam } = local.clients;
    const setStatus = (Status: 'Active' | 'Inactive') =>
      iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }));
    await setStatus('Inactive');
    expect(await verdictOf(derived())).toBe('rejected');
    await setStatus('Active');
    expect(await verdictOf(derived())).toBe('valid');
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    expect(await verdictOf(derived())).toBe('rejected');
  });

  test('does not know a key before IAM has told it', async () => {
    const slow = await openMailServers(local.cloud, () => 60_000);
    const { ca } = slow;
    const early = derived();
    const endpoint = { ...early.endpoint, port: slow.ses.port, ca };
    expect(await verdictOf({ ...early, endpoint })).toBe('rejected');
    await slow.close();
  });
});

test.each([
  ['provider', 'valid'],
  ['expired', 'tls-untrusted:expired'],
  ['wrongHost', 'tls-untrusted:wrong-host'],
  ['noStartTls', 'starttls-missing'],
] as const)('the server %s gives a good credential the verdict %s', async (name, verdict) => {
  expect(await verdictOf(credential(servers[name], 'starttls', servers.login))).toBe(verdict);
});

test('the provider refuses a wrong password', async () => {
  const wrong = { ...servers.login, password: 'wrong' };
  expect(await verdictOf(credential(servers.provider, 'starttls', wrong))).toBe('rejected');
});
