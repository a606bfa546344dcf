import { ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { RetirementOutcome } from '../../functions/lifecycle/retire/retirement.ts';
import { ENVIRONMENT } from '../../functions/observe/names.ts';
import type { Credential } from '../../functions/providers/secret.ts';
import type { Cloud } from '../cloud.ts';
import { setEnvironment } from '../deploy/cdk.ts';
import { ORDERS } from '../deploy/credentials.ts';
import { ROTATION_STEPS, type StepReport } from '../gateway/rotation.ts';
import type { Progress, Step } from '../progress.ts';
import type { Sandbox } from '../sandbox.ts';

/**
 * Lets `start` begin a rotation and follows it to its end. Rejects unless all four steps succeeded in their order and
 * the new version carries AWSCURRENT; resolves to that version's id.
 */
export async function followRotation(
  { cloud, clients }: Sandbox,
  secretId: string,
  start: () => Promise<unknown>,
  step: Step,
): Promise<string> {
  const reports = await watchRotation(cloud, secretId, start, step);
  return expectRotated(clients.secretsManager, secretId, reports);
}

/** Runs `start`, which starts a rotation, and waits for its end; resolves to the steps that ran, in their order. */
async function watchRotation(
  cloud: Cloud,
  secretId: string,
  start: () => Promise<unknown>,
  step: Step,
): Promise<readonly StepReport[]> {
  const reports: StepReport[] = [];
  const listen = (report: StepReport) => {
    reports.push(report);
    step.detail(stepLine(report));
  };
  cloud.rotationSteps.on('step', listen);
  try {
    await start();
    await cloud.rotationSettled(secretId);
  } finally {
    cloud.rotationSteps.off('step', listen);
  }
  return reports;
}

async function expectRotated(
  client: SecretsManagerClient,
  secretId: string,
  reports: readonly StepReport[],
): Promise<string> {
  const failed = reports.find(({ result }) => result.kind === 'failed');
  if (failed?.result.kind === 'failed') throw new Error(`${failed.step} failed: ${failed.result.reason}`);
  const ran = reports.map(({ step }) => step).join(', ');
  if (ran !== ROTATION_STEPS.join(', ')) {
    throw new Error(`expected the steps ${ROTATION_STEPS.join(', ')}, got ${ran || 'none'}`);
  }
  const versionId = reports[0]?.token ?? '';
  const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
  if (!VersionIdsToStages?.[versionId]?.includes('AWSCURRENT')) {
    throw new Error(`the new version ${versionId} of ${secretId} is not AWSCURRENT`);
  }
  return versionId;
}

function stepLine({ step, result, durationMs }: StepReport): string {
  const outcome = result.kind === 'done' ? 'done' : `failed: ${result.reason}`;
  return `${step.padEnd(12)} ${String(durationMs).padStart(5)} ms  ${outcome}`;
}

/**
 * Retires the key that a rotation replaced, at its own pace: overlap, deactivate, soak, delete. Time moves forward by
 * configuration: a waiting time of 0 hours is over.
 */
export async function retireReplacedKey(
  sandbox: Sandbox,
  progress: Progress,
  replaced: Credential,
  current: Credential,
): Promise<void> {
  await progress.step('retire the replaced key: not before the overlap of 48 hours is over', async () => {
    await expectRetirement(sandbox, 'wait: overlap');
    await expectKeys(sandbox, current, { [current.username]: 'Active', [replaced.username]: 'Active' });
  });
  await progress.step('overlap over (KEYTURN_OVERLAP_HOURS=0): the key is deactivated', async () => {
    await endWait(sandbox, 'overlapHours');
    await expectRetirement(sandbox, 'deactivate');
    await expectKeys(sandbox, current, { [current.username]: 'Active', [replaced.username]: 'Inactive' });
  });
  await progress.step('soak over (KEYTURN_SOAK_HOURS=0): the key is deleted', async () => {
    await expectRetirement(sandbox, 'wait: soak');
    await endWait(sandbox, 'soakHours');
    await expectRetirement(sandbox, 'remove: disused');
    await expectKeys(sandbox, current, { [current.username]: 'Active' });
  });
}

/** Runs the retire function and makes sure what it did with the one replaced key. */
export async function expectRetirement({ clients, outputs }: Sandbox, expected: string): Promise<void> {
  const { FunctionError, Payload } = await clients.lambda.send(
    new InvokeCommand({
      FunctionName: outputs.RetireFunctionName,
      Payload: JSON.stringify({ secretId: ORDERS.secretName }),
    }),
  );
  const answer = Payload?.transformToString() ?? '';
  if (FunctionError) throw new Error(`the retire function failed: ${answer}`);
  const [outcome] = JSON.parse(answer) as RetirementOutcome[];
  const retirements = outcome?.kind === 'retired' ? outcome.retirements : [];
  const done = retirements.map((one) => ('reason' in one ? `${one.action}: ${one.reason}` : one.action));
  if (done.join() !== expected) throw new Error(`expected the retire function to ${expected}, got ${answer}`);
}

function endWait({ clients, outputs }: Sandbox, wait: 'overlapHours' | 'soakHours'): Promise<void> {
  return setEnvironment(clients.lambda, outputs.RetireFunctionName, { [ENVIRONMENT[wait]]: '0' });
}

/** `expected`: access key id to its status, all keys of the user. */
async function expectKeys(
  { clients }: Sandbox,
  { provider }: Credential,
  expected: Record<string, string>,
): Promise<void> {
  const UserName = provider?.type === 'ses' ? provider.userName : undefined;
  const { AccessKeyMetadata = [] } = await clients.iam.send(new ListAccessKeysCommand({ UserName }));
  const keys = AccessKeyMetadata.map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`).toSorted();
  const wanted = Object.entries(expected).map(([id, status]) => `${id} ${status}`);
  if (keys.join() !== wanted.toSorted().join()) {
    throw new Error(`expected the access keys ${wanted.join(', ')}, got ${keys.join(', ')}`);
  }
}
