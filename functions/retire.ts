import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { SecretStore } from './credential/store.ts';
import { setting } from './environment.ts';
import { ledger } from './ledger/table.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { countMetric, metrics } from './observe/metrics.ts';
import { SesKeys } from './rotation/providers/ses.ts';
import { type RetirementOutcome, type RetirementPorts, retireReplaced } from './rotation/retirement.ts';

const HOUR_MS = 60 * 60 * 1000;

const store = new SecretStore(new SecretsManagerClient());
const iam = new IAMClient();

/** Retires replaced credentials: of one secret with `{ secretId }`, of all managed ones with `{}` (the schedule's event). */
export const handler = async (
  event: { secretId?: string },
  context: Context,
): Promise<RetirementOutcome[]> => {
  beginInvocation(context);
  const ports: RetirementPorts = {
    store,
    ledger,
    providerFor: (provider) => new SesKeys(iam, provider),
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
};

async function* managedArns(): AsyncGenerator<string> {
  for await (const { arn } of store.listManaged()) yield arn;
}

/** One secret's trouble must not keep the others from their turn; it is alarmed by its metric. */
async function retireOne(ports: RetirementPorts, secretId: string): Promise<RetirementOutcome> {
  const startedAt = Date.now();
  const outcome = await retireReplaced(ports, secretId).catch((error: unknown) => failure(secretId, error));
  record(outcome, Date.now() - startedAt);
  return outcome;
}

function failure(secretArn: string, error: unknown): RetirementOutcome {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: 'unknown' };
  return { kind: 'failed', secretArn, reason: 'aws-error', message: `${name}: ${message}` };
}

function record(outcome: RetirementOutcome, durationMs: number): void {
  const { secretArn } = outcome;
  if (outcome.kind === 'failed') {
    logger.error('credential.retirement-failed', {
      event: 'credential.retirement-failed',
      secretArn,
      result: outcome.reason,
      detail: outcome.message,
      durationMs,
    });
    countMetric('retirementFailed');
  }
  if (outcome.kind !== 'retired') return;
  for (const { id, action, ...why } of outcome.retirements) {
    logger.info('credential.retired', {
      event: 'credential.retired',
      secretArn,
      accessKeyId: id,
      result: action,
      ...why,
      durationMs,
    });
    if (action === 'remove') countMetric('retired');
  }
}
