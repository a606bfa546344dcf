import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestCloud, type TestCloud } from '../cloud.ts';

let local: TestCloud;

beforeAll(async () => {
  local = await openTestCloud();
});

afterAll(() => local?.close());

async function createUser(UserName: string): Promise<string> {
  await local.clients.iam.send(new CreateUserCommand({ UserName, Path: '/keyturn/' }));
  return UserName;
}

async function createKey(UserName: string): Promise<string> {
  const { AccessKey } = await local.clients.iam.send(new CreateAccessKeyCommand({ UserName }));
  return AccessKey?.AccessKeyId ?? '';
}

const limitExceeded = expect.objectContaining({ name: 'LimitExceededException' });

test('a third access key is refused, whether the others are active or not, until one is deleted', async () => {
  const UserName = await createUser('quota');
  const [AccessKeyId] = [await createKey(UserName), await createKey(UserName)];
  await expect(createKey(UserName)).rejects.toThrow(limitExceeded);
  const { iam } = local.clients;
  await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }));
  await expect(createKey(UserName)).rejects.toThrow(limitExceeded);
  await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  await expect(createKey(UserName)).resolves.toMatch(/^AKIA/);
});

test('of five creations at the same time exactly two succeed', async () => {
  const UserName = await createUser('race');
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => createKey(UserName)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
});

test('GetAccessKeyLastUsed tells the last SMTP login, to the second, and nothing before there was one', async () => {
  const { iam } = local.clients;
  const AccessKeyId = await createKey(await createUser('used'));
  const lastUsed = async () =>
    (await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))).AccessKeyLastUsed;
  expect(await lastUsed()).not.toHaveProperty('LastUsedDate');
  local.cloud.issuedKeys.recordUse(AccessKeyId, {
    at: Date.parse('2026-03-04T05:06:07.890Z'),
    region: 'us-east-1',
  });
  expect(await lastUsed()).toEqual({
    LastUsedDate: new Date('2026-03-04T05:06:07Z'),
    Region: 'us-east-1',
    ServiceName: 'ses-smtp',
  });
});
