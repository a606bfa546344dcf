import type { Context, SecretsManagerRotationEvent } from 'aws-lambda';
import { announcePromotion, invokeLater, lifecycle, loginFor } from './deployment.ts';
import { performStep, type StepEvent } from './lifecycle/rotate/perform-step.ts';
import { type ReportPorts, recordFailure, recordStep, reportStep } from './lifecycle/rotate/report.ts';
import type { RotationPorts } from './lifecycle/rotate/rotation.ts';
import { beginInvocation } from './observe/logger.ts';
import { metrics } from './observe/metrics.ts';
import { handles, shown } from './observe/shown.ts';

/** The Secrets Manager rotation handler. It rejects when a step failed: Secrets Manager then stops, and tries again later. */
export const handler = handles(handle);

async function handle(event: SecretsManagerRotationEvent, context: Context): Promise<void> {
  beginInvocation(context);
  const step = toStep(event);
  const startedAt = Date.now();
  const report = (result: string, detail = {}) =>
    reportStep(reportPorts(), step, { result, ...detail, durationMs: Date.now() - startedAt });
  try {
    const result = await performStep(portsFor(context, step.secretId), step);
    await report(result);
    recordStep(step, result, Date.now() - startedAt);
    if (isPromotion(step, result)) await announcePromotion(step.secretId);
  } catch (error) {
    recordFailure(step, error);
    await report('failed', { detail: shown(error).message });
    throw error;
  } finally {
    metrics.publishStoredMetrics();
  }
}

function toStep({ Step, SecretId, ClientRequestToken }: SecretsManagerRotationEvent): StepEvent {
  return { step: Step, secretId: SecretId, token: ClientRequestToken };
}

/** Also when an earlier try moved the label and ended before it could tell. */
function isPromotion({ step }: StepEvent, result: string): boolean {
  return result === 'promoted' || (step === 'finishSecret' && result === 'already-current');
}

function reportPorts(): ReportPorts {
  return {
    ...lifecycle(),
    goOn: ({ worker, operationId }) => invokeLater(worker, { operationId }),
  };
}

function portsFor(context: Context, secretArn: string): RotationPorts {
  return {
    ...lifecycle(),
    login: loginFor(secretArn),
    remainingMs: () => context.getRemainingTimeInMillis(),
  };
}
