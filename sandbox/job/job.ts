import {
  GetSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Credential, parseSecret } from '../../functions/providers/secret.ts';
import { functionNames } from '../deploy/cdk.ts';
import { ORDERS } from '../deploy/credentials.ts';
import { applyRotationSchedules } from '../deploy/rotation-schedules.ts';
import type { Progress } from '../progress.ts';
import type { Sandbox } from '../sandbox.ts';
import { runStateMachine } from './audit.ts';
import { expectStepsInLog, type LogLine, readOutcomes } from './logs.ts';
import { deliver, expectRefusal } from './mail.ts';
import { followRotation, retireReplacedKey } from './rotation.ts';
import { apiUrl, expectVerdict, validateAll } from './validations.ts';

/** What the main job has to show when every step did what it should. */
export interface JobResult {
  /** Of `keyturn/orders`, before and after the rotation. */
  readonly before: Credential;
  readonly after: Credential;
  /** What the server said to the old password in the end. */
  readonly refusal: string;
  readonly auditRunId: string;
  /** The outcomes that the functions logged, oldest first. */
  readonly log: readonly LogLine[];
}

/** The main job: prove, use, rotate, retire, audit. Rejects with StepFailed at the first step that goes wrong. */
export async function runJob(sandbox: Sandbox, progress: Progress): Promise<JobResult> {
  await firstRotation(sandbox, progress);
  await validateEach(sandbox, progress);
  const before = await sendWithCurrent(sandbox, progress);
  const versionId = await rotate(sandbox, progress);
  const after = await sendWithBoth(sandbox, progress, before);
  await retireReplacedKey(sandbox, progress, before, after);
  const refusal = await proveRetired(sandbox, progress, before, after);
  const auditRunId = await progress.step('audit every credential through Step Functions', () =>
    runStateMachine(sandbox.clients.stepFunctions, sandbox.outputs.StateMachineArn),
  );
  const log = await readLog(sandbox, progress, versionId);
  return { before, after, refusal, auditRunId, log };
}

/** On AWS the deployment starts it; the local AWS knows no rotation schedules, so RotateSecret does. */
async function firstRotation(sandbox: Sandbox, progress: Progress): Promise<void> {
  const { clients, folder } = sandbox;
  await progress.step(`set the rotation schedules: first key of ${ORDERS.secretName}`, (step) =>
    followRotation(sandbox, ORDERS.secretName, () => applyRotationSchedules(clients, folder), step),
  );
}

async function validateEach({ cloud, outputs, adopted }: Sandbox, progress: Progress): Promise<void> {
  await progress.step('validate all credentials at once: POST /validations', async (step) => {
    const expected = [{ secretName: ORDERS.secretName, expected: 'valid' } as const, ...adopted];
    const secretIds = expected.map(({ secretName }) => secretName);
    for (const result of await validateAll(cloud.account, outputs.ApiId, secretIds)) {
      step.detail(`${result.secretId.padEnd(26)} ${result.credential.padEnd(8)} ${result.verdict}`);
      const expectation = expected.find(({ secretName }) => secretName === result.secretId);
      if (expectation) expectVerdict(expectation, result);
    }
  });
}

async function sendWithCurrent(sandbox: Sandbox, progress: Progress): Promise<Credential> {
  const { clients, servers } = sandbox;
  return progress.step('send a message with the credential in use', async () => {
    const current = await currentCredential(clients.secretsManager, ORDERS.secretName);
    await deliver(current, servers.ses, 'Your order 1041');
    return current;
  });
}

async function rotate(sandbox: Sandbox, progress: Progress): Promise<string> {
  const { secretsManager } = sandbox.clients;
  return progress.step(`rotate ${ORDERS.secretName}: RotateSecret`, (step) => {
    const start = () => secretsManager.send(new RotateSecretCommand({ SecretId: ORDERS.secretName }));
    return followRotation(sandbox, ORDERS.secretName, start, step);
  });
}

/** Both credentials work now: whoever has read the secret before the rotation loses no mail. */
async function sendWithBoth(sandbox: Sandbox, progress: Progress, before: Credential): Promise<Credential> {
  const { clients, servers } = sandbox;
  return progress.step('send a message with the new credential, and one with the old', async () => {
    const after = await currentCredential(clients.secretsManager, ORDERS.secretName);
    if (after.username === before.username) throw new Error('the rotation did not change the credential');
    await deliver(after, servers.ses, 'Your order 1042');
    await deliver(before, servers.ses, 'Your order 1043');
    return after;
  });
}

async function proveRetired(
  { servers }: Sandbox,
  progress: Progress,
  before: Credential,
  after: Credential,
): Promise<string> {
  return progress.step('the old password is refused, the new one works', async (step) => {
    const refusal = await expectRefusal(before);
    step.detail(refusal);
    await deliver(after, servers.ses, 'Your order 1044');
    return refusal;
  });
}

async function readLog(sandbox: Sandbox, progress: Progress, versionId: string): Promise<readonly LogLine[]> {
  return progress.step('read CloudWatch Logs: the four steps are there, in their order', async (step) => {
    const functions = functionNames(sandbox.outputs);
    const log = await readOutcomes(sandbox.clients, functions);
    expectStepsInLog(log, versionId);
    step.detail(`${log.length} outcomes logged by ${functions.length} functions`);
    return log;
  });
}

/** The credential that AWSCURRENT holds, read as any application would. */
export async function currentCredential(client: SecretsManagerClient, secretId: string): Promise<Credential> {
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  const parsed = parseSecret(SecretString);
  if (parsed.kind !== 'credential') throw new Error(`${secretId}: expected a login, got a ${parsed.kind}`);
  return parsed.credential;
}

/** Commands to paste into another terminal; the keys open nothing but this sandbox. */
export function commandsToTry({ cloud, outputs }: Sandbox): string[] {
  const { endpoint, region, credentials } = cloud.account;
  const { accessKeyId, secretAccessKey } = credentials;
  const api = apiUrl(cloud.account, outputs.ApiId);
  const signed = `curl --aws-sigv4 aws:amz:${region}:execute-api --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"`;
  const aws = `aws --region ${region} --endpoint-url ${endpoint}`;
  return [
    `export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    '',
    `${signed} -d '{"secretId":"${ORDERS.secretName}"}' ${api}/validations`,
    `${signed} ${api}/audits/latest`,
    `${signed} -d '{"operation":"rotate","secretId":"${ORDERS.secretName}"}' ${api}/operations`,
    `${aws} secretsmanager describe-secret --secret-id ${ORDERS.secretName}`,
    `${aws} lambda invoke --function-name ${outputs.RetireFunctionName} /dev/stdout`,
    `${aws} stepfunctions start-execution --state-machine-arn ${outputs.StateMachineArn}`,
  ];
}
