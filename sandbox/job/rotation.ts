import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Cloud } from '../cloud.ts';
import { ROTATION_STEPS, type StepReport } from '../gateway/rotation-steps.ts';
import type { Step } from '../progress.ts';
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
