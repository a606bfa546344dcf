import { logger } from '../../observe/logger.ts';
import { countMetric } from '../../observe/metrics.ts';
import { shown } from '../../observe/shown.ts';
import type { StepEvent } from './perform-step.ts';
import { RotationError } from './rotation.ts';

/** Tells the log and the metrics what a step did. */
export function recordStep(event: StepEvent, result: string, durationMs: number): void {
  const about = { ...fieldsOf(event), result, durationMs };
  logger.info('credential.rotation-step', { event: 'credential.rotation-step', ...about });
  if (result !== 'promoted') return;
  logger.info('credential.rotated', { event: 'credential.rotated', ...about });
  countMetric('rotationSucceeded');
}

/** Where a person has to act it is told, and no alarm: that comes when the rotation is overdue. */
export function recordFailure(event: StepEvent, error: unknown): void {
  const { name, message } = shown(error);
  const reason = error instanceof RotationError ? error.reason : undefined;
  // Not `message`: that is the name of the line, and the logger would keep that one of the two.
  const about = { ...fieldsOf(event), result: reason ?? name, detail: message };
  if (reason === 'manual') {
    logger.warn('credential.rotation-waiting', { event: 'credential.rotation-waiting', ...about });
    countMetric('rotationWaiting');
    return;
  }
  logger.error('credential.rotation-failed', { event: 'credential.rotation-failed', ...about });
  countMetric('rotationFailed');
  if (reason === 'no-slot') countMetric('keyQuotaExhausted');
}

function fieldsOf({ step, secretId, token }: StepEvent) {
  return { step, secretArn: secretId, versionId: token };
}
