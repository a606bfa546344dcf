import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestCloud, type TestCloud } from '../cloud.ts';
import { giveMfaDevice, openSession } from '../mfa.ts';

let local: TestCloud;

beforeAll(async () => {
  local = await openTestCloud();
  await createUser('/keyturn/', 'mailer', 'true');
  await createUser('/keyturn/', 'untagged', 'false');
  await createUser('/', 'elsewhere', 'true');
});

afterAll(() => local?.close());

async function createUser(Path: string, UserName: string, managed: string): Promise<void> {
  const Tags = [{ Key: 'keyturn:managed', Value: managed }];
  await local.clients.iam.send(new CreateUserCommand({ UserName, Path, Tags }));
}

/** Clients of a user who may do just this. */
async function clientsWith(statement: object) {
  const { iam } = local.clients;
  const UserName = `caller-${Math.random().toString(36).slice(2)}`;
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', ...statement }],
  });
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'only', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
  const credentials = { accessKeyId, secretAccessKey };
  const account = { ...local.cloud.account, credentials };
  return {
    UserName,
    credentials,
    iam: new IAMClient(account),
    secretsManager: new SecretsManagerClient(account),
  };
}

async function createSecret(Name: string, Value: string): Promise<void> {
  const Tags = [{ Key: 'keyturn:managed', Value }];
  await local.clients.secretsManager.send(new CreateSecretCommand({ Name, SecretString: 'x', Tags }));
}

const accessDenied = expect.objectContaining({ name: expect.stringMatching(/^AccessDenied/) });

test('secretsmanager:ResourceTag opens a secret with the tag, and no other', async () => {
  await createSecret('mail/managed', 'true');
  await createSecret('mail/foreign', 'false');
  const { secretsManager } = await clientsWith({
    Action: 'secretsmanager:GetSecretValue',
    Resource: '*',
    Condition: { StringEquals: { 'secretsmanager:ResourceTag/keyturn:managed': 'true' } },
  });
  const read = (SecretId: string) => secretsManager.send(new GetSecretValueCommand({ SecretId }));
  await expect(read('mail/managed')).resolves.toMatchObject({ SecretString: 'x' });
  await expect(read('mail/foreign')).rejects.toThrow(accessDenied);
});

test.each([
  ['mailer', true],
  ['untagged', false],
  ['elsewhere', false],
])(
  'iam:ResourceTag together with the path /keyturn/ decides about the user %s: %s',
  async (UserName, allowed) => {
    const { iam } = await clientsWith({
      Action: 'iam:ListAccessKeys',
      Resource: 'arn:aws:iam::*:user/keyturn/*',
      Condition: { StringEquals: { 'iam:ResourceTag/keyturn:managed': 'true' } },
    });
    const listed = iam.send(new ListAccessKeysCommand({ UserName }));
    if (allowed) await expect(listed).resolves.toMatchObject({ AccessKeyMetadata: [] });
    else await expect(listed).rejects.toThrow(accessDenied);
  },
);

test('aws:MultiFactorAuthPresent opens a session that was begun with a code of the own device, and no other', async () => {
  const { account } = local.cloud;
  const withMfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
  const ada = await clientsWith({ Action: 'iam:ListAccessKeys', Resource: '*', Condition: withMfa });
  const bob = await clientsWith({ Action: 'iam:ListAccessKeys', Resource: '*' });
  const own = await giveMfaDevice(local.clients.iam, ada.UserName);
  const foreign = await giveMfaDevice(local.clients.iam, bob.UserName);
  const listing = async (mfa: Parameters<typeof openSession>[2]) => {
    const credentials = await openSession(account, ada.credentials, mfa);
    return new IAMClient({ ...account, credentials }).send(new ListAccessKeysCommand({ UserName: 'mailer' }));
  };
  await expect(listing({ SerialNumber: own, TokenCode: '123456' })).resolves.toMatchObject({
    AccessKeyMetadata: [],
  });
  for (const mfa of [
    {},
    { SerialNumber: own },
    { SerialNumber: own, TokenCode: 'a code' },
    { SerialNumber: foreign, TokenCode: '123456' },
  ]) {
    await expect(listing(mfa)).rejects.toThrow(accessDenied);
  }
  const withoutSession = ada.iam.send(new ListAccessKeysCommand({ UserName: 'mailer' }));
  await expect(withoutSession).rejects.toThrow(accessDenied);
});

test('what no policy allows is denied', async () => {
  const { iam } = await clientsWith({ Action: 'iam:ListAccessKeys', Resource: '*' });
  await expect(iam.send(new CreateAccessKeyCommand({ UserName: 'mailer' }))).rejects.toThrow(accessDenied);
});

test('a request signed with another secret than that of its access key is refused', async () => {
  const { credentials } = await clientsWith({ Action: 'iam:*', Resource: '*' });
  const stranger = new IAMClient({
    ...local.cloud.account,
    credentials: { ...credentials, secretAccessKey: 'guessed' },
  });
  await expect(stranger.send(new ListAccessKeysCommand({ UserName: 'mailer' }))).rejects.toThrow('signature');
});
