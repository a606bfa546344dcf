import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SecretsManagerRotationEvent } from 'aws-lambda';
import {
  agenda,
  announcePromotion,
  attemptLogin,
  invokeLater,
  ledger,
  operations,
  providerFor,
  secretStore,
} from './deployment.ts';
import { setting } from './environment.ts';
import { newPassword } from './lifecycle/rotate/password.ts';
import { performStep, type StepEvent } from './lifecycle/rotate/perform-step.ts';
import { type ReportPorts, reportStep, type StepReport } from './lifecycle/rotate/report.ts';
import { RotationError, type RotationPorts } from './lifecycle/rotate/rotation.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { countMetric, metrics } from './observe/metrics.ts';
import { handles, shown } from './observe/shown.ts';

const HOUR_MS = 60 * 60 * 1000;

/** The Secrets Manager rotation handler. It rejects when a step failed: Secrets Manager then stops, and tries again later. */
export const handler = handles(handle);

async function handle(event: SecretsManagerRotationEvent, context: Context): Promise<void> {
  beginInvocation(context);
  const { Step: step, SecretId: secretArn, ClientRequestToken: versionId } = event;
  const startedAt = Date.now();
  const record = (name: string, result: string) =>
    logger.info(name, {
      event: name,
      step,
      secretArn,
      versionId,
      result,
      durationMs: Date.now() - startedAt,
    });
  const report = (ended: Omit<StepReport, 'durationMs'>) =>
    reportStep(reportPorts(), toStep(event), { ...ended, durationMs: Date.now() - startedAt });
  try {
    const result = await rotate(event, context);
    await report({ result });
    record('credential.rotation-step', result);
    if (result === 'promoted') record('credential.rotated', result);
    if (result === 'promoted') countMetric('rotationSucceeded');
    if (isPromotion(step, result)) await announcePromotion(secretArn);
  } catch (error) {
    recordFailure(event, error);
    await report({ result: 'failed', detail: shown(error).message });
    throw error;
  } finally {
    metrics.publishStoredMetrics();
  }
}

/** Where a person has to act it is told, and no alarm: that comes when the rotation is overdue. */
function recordFailure(
  { Step: step, SecretId: secretArn, ClientRequestToken: versionId }: SecretsManagerRotationEvent,
  error: unknown,
): void {
  const { name, message } = shown(error);
  const reason = error instanceof RotationError ? error.reason : undefined;
  // Not `message`: that is the name of the line, and the logger would keep that one of the two.
  const about = { step, secretArn, versionId, result: reason ?? name, detail: message };
  if (reason === 'manual') {
    logger.warn('credential.rotation-waiting', { event: 'credential.rotation-waiting', ...about });
    countMetric('rotationWaiting');
    return;
  }
  logger.error('credential.rotation-failed', { event: 'credential.rotation-failed', ...about });
  countMetric('rotationFailed');
  if (reason === 'no-slot') countMetric('keyQuotaExhausted');
}

/** Also when an earlier try moved the label and ended before it could tell. */
function isPromotion(step: string, result: string): boolean {
  return result === 'promoted' || (step === 'finishSecret' && result === 'already-current');
}

function rotate(event: SecretsManagerRotationEvent, context: Context): Promise<string> {
  return performStep(portsFor(context, event.SecretId), toStep(event));
}

function toStep({ Step, SecretId, ClientRequestToken }: SecretsManagerRotationEvent): StepEvent {
  return { step: Step, secretId: SecretId, token: ClientRequestToken };
}

function reportPorts(): ReportPorts {
  return {
    requestOf: (operationId) => operations().find(operationId),
    ledger: ledger(),
    goOn: ({ worker, operationId }) => invokeLater(worker, { operationId }),
    now: Date.now,
  };
}

function portsFor(context: Context, secretArn: string): RotationPorts {
  return {
    store: secretStore(),
    ledger: ledger(),
    agenda: agenda(),
    requestOf: (operationId) => operations().find(operationId),
    login: (credential, budgetMs) => attemptLogin({ credential, secretArn, budgetMs }),
    providerFor,
    newPassword,
    now: Date.now,
    random: Math.random,
    sleep,
    remainingMs: () => context.getRemainingTimeInMillis(),
    overlapMs: setting('overlapHours') * HOUR_MS,
    soakMs: setting('soakHours') * HOUR_MS,
  };
}
