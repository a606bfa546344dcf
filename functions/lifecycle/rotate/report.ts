import { logger } from '../../observe/logger.ts';
import { shownName } from '../../observe/shown.ts';
import type { Operation } from '../../table/items.ts';
import type { Ledger } from '../../table/ledger.ts';
import type { StepEvent } from './perform-step.ts';
import { isOfRotation } from './promotion.ts';

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
