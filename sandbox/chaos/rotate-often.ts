import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { ORDERS } from '../deploy/credentials.ts';
import type { Sandbox } from '../sandbox.ts';
import type { ReplacedKeys } from './replaced-keys.ts';

/** A rotation that does not end by then is stuck for good: Secrets Manager itself gives up much earlier. */
const MOST_TRIES = 40;
const BETWEEN_TRIES_MS = 200;
/** In every third rotation the replaced key still holds its slot when the next one begins. */
const UNRETIRED_SHARE = 1 / 3;

export interface Rotations {
  rotations: number;
  /** Of all rotations together; more than one for each whose function crashed. */
  tries: number;
}

/**
 * Rotates again and again, as Secrets Manager does: a rotation that failed is tried again with its own token until it
 * is done. Rejects when one never is.
 */
export async function rotateOften(
  sandbox: Sandbox,
  keys: ReplacedKeys,
  {
    rotations,
    random,
    onRotated,
  }: { rotations: number; random: () => number; onRotated: (done: Rotations) => void },
): Promise<Rotations> {
  const done = { rotations: 0, tries: 0 };
  while (done.rotations < rotations) {
    if (random() >= UNRETIRED_SHARE) await keys.retired();
    done.tries += await rotateOnce(sandbox, randomUUID());
    done.rotations += 1;
    onRotated(done);
  }
  return done;
}

/** Resolves to how many tries it took. */
async function rotateOnce({ cloud, clients }: Sandbox, token: string): Promise<number> {
  const SecretId = ORDERS.secretName;
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    await clients.secretsManager.send(new RotateSecretCommand({ SecretId, ClientRequestToken: token }));
    await cloud.rotationSettled(SecretId);
    const { VersionIdsToStages } = await clients.secretsManager.send(new DescribeSecretCommand({ SecretId }));
    if (VersionIdsToStages?.[token]?.includes('AWSCURRENT')) return tries;
    await sleep(BETWEEN_TRIES_MS);
  }
  throw new Error(`the rotation ${token} did not end in ${MOST_TRIES} tries`);
}
