import { logger } from '../../observe/logger.ts';
import { countMetric } from '../../observe/metrics.ts';
import type { Done } from '../retirable.ts';
import type { RetirementOutcome, Seen } from './retirement.ts';

/** Tells the log and the metrics what a look came to; alarms wait for those. */
export function recorded(outcome: RetirementOutcome, durationMs = 0): RetirementOutcome {
  const { kind, secretArn, seen } = outcome;
  if (seen) recordOverdue(secretArn, seen);
  if (kind === 'failed') recordFailure(outcome, durationMs);
  if (kind === 'held' || kind === 'stale-read') {
    const event = 'credential.retirement-put-off';
    logger.info(event, { event, secretArn, result: kind, durationMs });
  }
  if ('retirements' in outcome) recordRetirements(secretArn, outcome.retirements, durationMs);
  return outcome;
}

function recordOverdue(secretArn: string, { overdueFrom }: Seen): void {
  if (overdueFrom === null || Date.now() <= overdueFrom) return;
  const event = 'credential.rotation-overdue';
  logger.error(event, { event, secretArn, dueAt: new Date(overdueFrom).toISOString() });
  countMetric('rotationOverdue');
}

function recordFailure(
  { secretArn, reason, message }: Extract<RetirementOutcome, { kind: 'failed' }>,
  durationMs: number,
): void {
  const event = 'credential.retirement-failed';
  logger.error(event, { secretArn, detail: message, event, result: reason, durationMs });
  countMetric('retirementFailed');
}

function recordRetirements(secretArn: string, retirements: readonly Done[], durationMs: number): void {
  for (const { id, action, ...why } of retirements) {
    logger.info('credential.retired', {
      event: 'credential.retired',
      secretArn,
      credentialId: id,
      result: action,
      ...why,
      durationMs,
    });
    if (action === 'remove') countMetric('retired');
    if (action === 'reactivate' || ('reason' in why && why.reason === 'in-use'))
      countMetric('replacedStillUsed');
  }
}
