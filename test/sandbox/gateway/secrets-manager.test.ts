import { randomUUID } from 'node:crypto';
import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setEnvironment } from '../../../sandbox/deploy/cdk.ts';
import type { StepReport } from '../../../sandbox/gateway/rotation.ts';
import { openTestCloud, type TestCloud } from '../cloud.ts';
import { deployRotationFunctions, type RotationFunctions } from '../rotation-stack.ts';

let local: TestCloud;
let client: SecretsManagerClient;
let functions: RotationFunctions;

beforeAll(async () => {
  local = await openTestCloud();
  client = local.clients.secretsManager;
  functions = await deployRotationFunctions(local.clients);
});

afterAll(() => local?.close());

async function createSecret(SecretString = 'first'): Promise<string> {
  const { ARN } = await client.send(new CreateSecretCommand({ Name: `mail/${randomUUID()}`, SecretString }));
  return ARN ?? '';
}

function putPending(SecretId: string, ClientRequestToken: string, SecretString: string) {
  const VersionStages = ['AWSPENDING'];
  return client.send(
    new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString, VersionStages }),
  );
}

const describeSecret = (SecretId: string) => client.send(new DescribeSecretCommand({ SecretId }));

const read = (SecretId: string, version: { VersionId?: string; VersionStage?: string } = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...version }));

async function stepsOf(secretId: string, start: () => Promise<unknown>): Promise<string[]> {
  const steps: string[] = [];
  const listen = ({ secretArn, step, result }: StepReport) =>
    secretArn === secretId && steps.push(`${step} ${result.kind}`);
  local.cloud.rotationSteps.on('step', listen);
  await start();
  await local.cloud.rotationSettled(secretId);
  local.cloud.rotationSteps.off('step', listen);
  return steps;
}

describe('PutSecretValue', () => {
  test('ignores the same token with the same content, and refuses it with other content', async () => {
    const secret = await createSecret();
    const token = randomUUID();
    await putPending(secret, token, 'next');
    const again = await putPending(secret, token, 'next');
    expect(again).toMatchObject({ VersionId: token, VersionStages: ['AWSPENDING'] });
    await expect(putPending(secret, token, 'other')).rejects.toThrow(
      expect.objectContaining({ name: 'ResourceExistsException' }),
    );
    expect((await read(secret, { VersionStage: 'AWSPENDING' })).SecretString).toBe('next');
  });

  test('moves AWSPENDING: the version that had it loses it', async () => {
    const secret = await createSecret();
    const [old, young] = [randomUUID(), randomUUID()];
    await putPending(secret, old, 'old');
    await putPending(secret, young, 'young');
    const { VersionIdsToStages } = await describeSecret(secret);
    expect(VersionIdsToStages?.[young]).toEqual(['AWSPENDING']);
    expect(VersionIdsToStages?.[old]).toBeUndefined();
  });
});

describe('GetSecretValue', () => {
  test('refuses a version id and a label that do not belong together', async () => {
    const secret = await createSecret();
    const token = randomUUID();
    await putPending(secret, token, 'next');
    await expect(read(secret, { VersionId: token, VersionStage: 'AWSCURRENT' })).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidRequestException' }),
    );
    expect((await read(secret, { VersionId: token, VersionStage: 'AWSPENDING' })).SecretString).toBe('next');
  });
});

describe('RotateSecret', () => {
  const rules = { AutomaticallyAfterDays: 30 };
  const rotate = (SecretId: string, more: Partial<RotateSecretCommand['input']> = {}) =>
    client.send(
      new RotateSecretCommand({
        SecretId,
        RotationLambdaARN: functions.open,
        RotationRules: rules,
        ...more,
      }),
    );

  test('drives the real function through its steps, and tells in DescribeSecret', async () => {
    const secret = await createSecret();
    const token = randomUUID();
    const steps = await stepsOf(secret, () => rotate(secret, { ClientRequestToken: token }));
    expect(steps).toEqual(['createSecret done', 'setSecret done', 'testSecret done', 'finishSecret done']);
    expect(await read(secret)).toMatchObject({ VersionId: token, SecretString: `value of ${token}` });
    const described = await describeSecret(secret);
    expect(described).toMatchObject({
      RotationEnabled: true,
      RotationLambdaARN: functions.open,
      RotationRules: rules,
    });
    const { LastRotatedDate, NextRotationDate } = described;
    expect(Number(NextRotationDate) - Number(LastRotatedDate)).toBe(30 * 24 * 60 * 60 * 1000);
  });

  test('shows a pending version without a value as soon as it answers', async () => {
    const secret = await createSecret();
    await setEnvironment(local.clients.lambda, functions.open, { FAIL: 'createSecret' });
    const { VersionId = '' } = await rotate(secret);
    expect((await describeSecret(secret)).VersionIdsToStages?.[VersionId]).toEqual(['AWSPENDING']);
    await expect(read(secret, { VersionId, VersionStage: 'AWSPENDING' })).rejects.toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException' }),
    );
    await local.cloud.rotationSettled(secret);
    await setEnvironment(local.clients.lambda, functions.open, { FAIL: '' });
  });

  test('after a failure AWSCURRENT is as it was, and only the same token may try again', async () => {
    const secret = await createSecret();
    await setEnvironment(local.clients.lambda, functions.open, { FAIL: 'testSecret' });
    const token = randomUUID();
    const failed = await stepsOf(secret, () => rotate(secret, { ClientRequestToken: token }));
    expect(failed).toEqual(['createSecret done', 'setSecret done', 'testSecret failed']);
    expect((await read(secret)).SecretString).toBe('first');
    await expect(rotate(secret)).rejects.toThrow("A previous rotation isn't complete");
    await setEnvironment(local.clients.lambda, functions.open, { FAIL: '' });
    const retried = await stepsOf(secret, () => rotate(secret, { ClientRequestToken: token }));
    expect(retried.at(-1)).toBe('finishSecret done');
    expect((await read(secret)).SecretString).toBe(`value of ${token}`);
  });

  test('with RotateImmediately=false runs testSecret alone and leaves no pending version', async () => {
    const secret = await createSecret();
    const steps = await stepsOf(secret, () => rotate(secret, { RotateImmediately: false }));
    expect(steps).toEqual(['testSecret done']);
    const { VersionIdsToStages, RotationEnabled, LastRotatedDate } = await describeSecret(secret);
    expect(Object.values(VersionIdsToStages ?? {})).toEqual([['AWSCURRENT']]);
    expect(RotationEnabled).toBe(true);
    expect(LastRotatedDate).toBeUndefined();
  });

  test('refuses a function that is not there, or whose policy does not let Secrets Manager in', async () => {
    const secret = await createSecret();
    for (const RotationLambdaARN of [functions.closed, `${functions.open}-gone`]) {
      await expect(rotate(secret, { RotationLambdaARN })).rejects.toThrow(
        'Secrets Manager cannot invoke the specified Lambda function',
      );
    }
    expect(await describeSecret(secret)).not.toHaveProperty('RotationEnabled', true);
  });

  test('refuses an absent secret, and one that was never told its function', async () => {
    await expect(rotate('mail/absent')).rejects.toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException' }),
    );
    const secret = await createSecret();
    await expect(client.send(new RotateSecretCommand({ SecretId: secret }))).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidRequestException' }),
    );
  });
});

test('CancelRotateSecret turns rotation off; RotateSecret without arguments turns it on again', async () => {
  const secret = await createSecret();
  const input = { SecretId: secret, RotationLambdaARN: functions.open, RotateImmediately: false };
  await stepsOf(secret, () => client.send(new RotateSecretCommand(input)));
  await client.send(new CancelRotateSecretCommand({ SecretId: secret }));
  expect((await describeSecret(secret)).RotationEnabled).toBe(false);
  await stepsOf(secret, () => client.send(new RotateSecretCommand({ SecretId: secret })));
  expect((await describeSecret(secret)).RotationEnabled).toBe(true);
});

test('a secret that never rotated has no RotationEnabled at all', async () => {
  const description = await describeSecret(await createSecret());
  expect(description.RotationEnabled).toBeUndefined();
});
