import { setTimeout as sleep } from 'node:timers/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context, SecretsManagerRotationEvent } from 'aws-lambda';
import { attemptLogin } from './budget/deployed.ts';
import type { SecretDescription } from './credential/secret-reader.ts';
import { SecretStore } from './credential/store.ts';
import { ledger } from './ledger/table.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { countMetric, metrics } from './observe/metrics.ts';
import { guard } from './rotation/guard.ts';
import { SesKeys } from './rotation/providers/ses.ts';
import { type Rotation, RotationError } from './rotation/rotation.ts';
import { runStep } from './rotation/steps.ts';

const store = new SecretStore(new SecretsManagerClient());
const iam = new IAMClient();

/** The Secrets Manager rotation handler. It rejects when a step failed: Secrets Manager then stops, and tries again later. */
export const handler = async (event: SecretsManagerRotationEvent, context: Context): Promise<void> => {
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
  try {
    const result = await rotate(event, context);
    record('credential.rotation-step', result);
    if (result === 'promoted') record('credential.rotated', result);
    if (result === 'promoted') countMetric('rotationSucceeded');
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: 'unknown' };
    logger.error('credential.rotation-failed', {
      event: 'credential.rotation-failed',
      step,
      secretArn,
      versionId,
      result: name,
      // The logger keeps `message` for the name of the line.
      detail: message,
    });
    countMetric('rotationFailed');
    throw error;
  } finally {
    metrics.publishStoredMetrics();
  }
};

async function rotate(event: SecretsManagerRotationEvent, context: Context): Promise<string> {
  const secret = await store.describe(event.SecretId);
  if (secret.kind !== 'found') throw new RotationError(`the secret is ${secret.kind}`);
  const guarded = guard(event.Step, event.ClientRequestToken, secret);
  if (guarded.kind === 'refused') throw new RotationError(guarded.message);
  if (guarded.kind === 'already-current') return 'already-current';
  return runStep(guarded.step, rotationOf(secret, event.ClientRequestToken, context));
}

function rotationOf(secret: SecretDescription, token: string, context: Context): Rotation {
  return {
    secret,
    token,
    store,
    ledger,
    login: attemptLogin,
    providerFor: (provider) => new SesKeys(iam, provider),
    now: Date.now,
    random: Math.random,
    sleep,
    remainingMs: () => context.getRemainingTimeInMillis(),
  };
}
