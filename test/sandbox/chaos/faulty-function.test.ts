import { randomUUID } from 'node:crypto';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { FAULT_RATE, FAULTS, type Fault, makeFaulty } from '../../../sandbox/chaos/faults.ts';
import { openTestCloud, type TestCloud } from '../cloud.ts';
import { deployRotationFunctions, type RotationFunctions } from '../rotation-stack.ts';

let local: TestCloud;
let functions: RotationFunctions;

beforeAll(async () => {
  local = await openTestCloud();
  functions = await deployRotationFunctions(local.clients);
});

afterAll(() => local?.close());

/** A secret whose rotation was begun, and how to run createSecret: it reads, and then puts the value. */
async function begunRotation(faultOfPut: Fault) {
  const { secretsManager, lambda } = local.clients;
  const token = randomUUID();
  const { ARN = '' } = await secretsManager.send(
    new CreateSecretCommand({ Name: `mail/${token}`, SecretString: 'first' }),
  );
  const rate = FAULT_RATE.rotate;
  const drawn = [1, (FAULTS.indexOf(faultOfPut) + 0.5) * rate];
  const faulty = await makeFaulty(local, functions.open, { random: () => drawn.shift() ?? 1, rate });
  onTestFinished(() => faulty.close());
  await secretsManager.send(
    new RotateSecretCommand({
      SecretId: ARN,
      ClientRequestToken: token,
      RotationLambdaARN: functions.open,
    }),
  );
  await local.cloud.rotationSettled(ARN);
  return { arn: ARN, token, counts: faulty.faults.counts, lambda };
}

const storedValue = (arn: string, VersionId: string) =>
  local.clients.secretsManager
    .send(new GetSecretValueCommand({ SecretId: arn, VersionId }))
    .then(({ SecretString }) => SecretString)
    .catch(({ name }: Error) => name);

const labelsOf = async (arn: string, token: string) => {
  const { VersionIdsToStages } = await local.clients.secretsManager.send(
    new DescribeSecretCommand({ SecretId: arn }),
  );
  return VersionIdsToStages?.[token];
};

it.each([
  ['crash-before', 'not stored', () => 'ResourceNotFoundException'],
  ['crash-after', 'stored', (token: string) => `value of ${token}`],
  ['lost-request', 'not stored', () => 'ResourceNotFoundException'],
  ['lost-answer', 'stored', (token: string) => `value of ${token}`],
] as const)('%s a call: the function fails, the rotation stops, the value is %s', async (fault, _, value) => {
  const { arn, token, counts } = await begunRotation(fault);
  expect(counts[fault]).toBe(1);
  expect(await labelsOf(arn, token)).toEqual(['AWSPENDING']);
  expect(await storedValue(arn, token)).toBe(value(token));
});

it('a function whose process was killed runs again at the next invocation', async () => {
  const { arn, token, lambda } = await begunRotation('crash-after');
  const event = { Step: 'createSecret', SecretId: arn, ClientRequestToken: token };
  const { FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: functions.open, Payload: JSON.stringify(event) }),
  );
  expect(FunctionError).toBeUndefined();
});
