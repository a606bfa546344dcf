import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { logger } from '../../observe/logger.ts';
import { countMetric } from '../../observe/metrics.ts';
import { PROMOTED } from '../../observe/names.ts';
import { KeyturnError, shown, shownName } from '../../observe/shown.ts';
import type { Operation } from '../../table/items.ts';
import type { Ledger } from '../../table/ledger.ts';
import type { StepEvent } from './perform-step.ts';
import { isOfRotation } from './promotion.ts';
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

export interface ReportPorts {
  /** The operation of this id, if an operator has asked for one. */
  readonly requestOf: (operationId: string) => Promise<Operation | null>;
  readonly ledger: Pick<Ledger, 'recordEvent'>;
  /** Has the operation go on, in an invocation of its own function. */
  readonly goOn: (operation: Operation) => Promise<void>;
  readonly now: () => number;
}

/** How a step ended: `failed`, with the reason in `detail`, or what it did. */
export interface StepReport {
  readonly result: string;
  readonly detail?: string;
  readonly durationMs: number;
}

/**
 * Tells the operation that has started this rotation how a step of it ended, and has it go on when the rotation has ended, well
 * or not. Never rejects: the operation finds out by itself, only later.
 */
export async function reportStep(
  ports: ReportPorts,
  { step, secretId, token }: StepEvent,
  report: StepReport,
): Promise<void> {
  try {
    const operation = await ports.requestOf(token);
    if (!operation || !isOfRotation(operation, secretId)) return;
    const { operationId, who } = operation;
    await ports.ledger.recordEvent(secretId, 'operation.step', ports.now(), {
      who,
      operationId,
      step,
      ...report,
    });
    if (report.result === 'failed' || step === 'finishSecret') await ports.goOn(operation);
  } catch (error) {
    const event = 'operation.untold';
    logger.warn(event, { event, secretArn: secretId, operationId: token, step, error: shownName(error) });
  }
}

/**
 * Tells the default event bus which secret has a new current version. Never rejects, and nothing may depend on it: the
 * label has moved, so a failure here must not make the rotation one. Secrets Manager tells the same by itself
 * (`Secret Label Updated`), and clients find out by themselves.
 */
export async function announcePromotion(events: EventBridgeClient, secretArn: string): Promise<void> {
  try {
    await putEvent(events, secretArn);
  } catch (error) {
    const { name, message } = shown(error);
    logger.warn('credential.promotion-untold', {
      event: 'credential.promotion-untold',
      secretArn,
      result: name,
      detail: message,
    });
  }
}

async function putEvent(events: EventBridgeClient, secretArn: string): Promise<void> {
  const entry = {
    Source: PROMOTED.source,
    DetailType: PROMOTED.detailType,
    Resources: [secretArn],
    Detail: JSON.stringify({ secretArn }),
  };
  const { FailedEntryCount = 0, Entries = [] } = await events.send(
    new PutEventsCommand({ Entries: [entry] }),
  );
  if (FailedEntryCount > 0)
    throw new KeyturnError(`EventBridge did not take the event: ${Entries[0]?.ErrorCode}`);
}
