import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { attemptLogin } from './budget/deployed.ts';
import { SecretStore } from './credential/store.ts';
import { setting } from './environment.ts';
import { dynamodb, ledger } from './ledger/table.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { countMetric, metrics } from './observe/metrics.ts';
import { handles, shownText } from './observe/shown.ts';
import { OperationTable } from './operations/operation-table.ts';
import { overdueSince, type RotationSchedule } from './rotation/overdue.ts';
import { newPassword } from './rotation/password.ts';
import { deployedProviders } from './rotation/providers/deployed.ts';
import {
  type Retired,
  type RetirementOutcome,
  type RetirementPorts,
  retireReplaced,
} from './rotation/retirement.ts';

const HOUR_MS = 60 * 60 * 1000;

const store = new SecretStore(new SecretsManagerClient());
const operations = new OperationTable(dynamodb, setting('table'));
const providerFor = deployedProviders(store);

/** Retires replaced credentials: of one secret with `{ secretId }`, of all managed ones with `{}` (the schedule's event). */
export const handler = handles(handle);

async function handle(event: { secretId?: string }, context: Context): Promise<RetirementOutcome[]> {
  beginInvocation(context);
  const ports: RetirementPorts = {
    store,
    ledger,
    providerFor,
    login: attemptLogin,
    newPassword,
    isHeld: (secretArn) => operations.isHeld(secretArn, Date.now()),
    now: Date.now,
    overlapMs: setting('overlapHours') * HOUR_MS,
    soakMs: setting('soakHours') * HOUR_MS,
  };
  const outcomes: RetirementOutcome[] = [];
  try {
    for await (const secretId of event.secretId ? [event.secretId] : managedArns()) {
      outcomes.push(await retireOne(ports, secretId));
    }
  } finally {
    metrics.publishStoredMetrics();
  }
  return outcomes;
}

async function* managedArns(): AsyncGenerator<string> {
  for await (const { arn, schedule } of store.listManaged()) {
    watchSchedule(arn, schedule);
    yield arn;
  }
}

/** A rotation that does not happen emits nothing, so somebody else has to miss it. */
function watchSchedule(secretArn: string, schedule: RotationSchedule): void {
  const since = overdueSince(schedule, Date.now());
  if (since === null) return;
  const dueAt = new Date(since).toISOString();
  logger.error('credential.rotation-overdue', { event: 'credential.rotation-overdue', secretArn, dueAt });
  countMetric('rotationOverdue');
}

/** One secret's trouble must not keep the others from their turn; it is alarmed by its metric. */
async function retireOne(ports: RetirementPorts, secretId: string): Promise<RetirementOutcome> {
  const startedAt = Date.now();
  const outcome = await retireReplaced(ports, secretId).catch((error: unknown) => failure(secretId, error));
  record(outcome, Date.now() - startedAt);
  return outcome;
}

function failure(secretArn: string, error: unknown): RetirementOutcome {
  return { kind: 'failed', secretArn, reason: 'aws-error', message: shownText(error) };
}

function record(outcome: RetirementOutcome, durationMs: number): void {
  const { kind, secretArn } = outcome;
  if (kind === 'failed') recordFailure(outcome, durationMs);
  if (kind === 'held' || kind === 'stale-read') {
    const event = 'credential.retirement-put-off';
    logger.info(event, { event, secretArn, result: kind, durationMs });
  }
  if ('retirements' in outcome) recordRetirements(secretArn, outcome.retirements, durationMs);
}

function recordFailure(
  { secretArn, reason, message }: Extract<RetirementOutcome, { kind: 'failed' }>,
  durationMs: number,
): void {
  logger.error('credential.retirement-failed', {
    secretArn,
    detail: message,
    event: 'credential.retirement-failed',
    result: reason,
    durationMs,
  });
  countMetric('retirementFailed');
}

function recordRetirements(secretArn: string, retirements: readonly Retired[], durationMs: number): void {
  for (const { id, action, ...why } of retirements) {
    logger.info('credential.retired', {
      event: 'credential.retired',
      secretArn,
      accessKeyId: id,
      result: action,
      ...why,
      durationMs,
    });
    if (action === 'remove') countMetric('retired');
    if (action === 'reactivate' || ('reason' in why && why.reason === 'in-use'))
      countMetric('replacedStillUsed');
  }
}
