import type { SecretDescription } from '../../secrets/secret-reader.ts';
import { guard } from './guard.ts';
import { type Rotation, RotationError } from './rotation.ts';
import { runStep, type StepResult } from './steps.ts';

/** A rotation before its secret was described. */
export type RotationPorts = Omit<Rotation, 'secret' | 'token'>;

export interface StepEvent {
  readonly step: string;
  readonly secretId: string;
  readonly token: string;
}

/**
 * How often, and how far apart (ms), the secret is described again while its new version cannot be seen: for as long as
 * a lease lets reads settle. Fewer looks wedged in the enumeration whenever reads lagged for 8 s.
 */
const LOOKS = 16;
const LOOK_AGAIN_MS = 1000;

/** One step as Secrets Manager asks for it: describe, guard, act. Rejects when the step failed. */
export async function performStep(
  ports: RotationPorts,
  { step, secretId, token }: StepEvent,
): Promise<StepResult | 'already-current'> {
  const secret = await describeWith(ports, secretId, token);
  const guarded = guard(step, token, secret);
  if (guarded.kind === 'refused') throw new RotationError(guarded.message);
  if (guarded.kind === 'already-current') return 'already-current';
  return runStep(guarded.step, { ...ports, secret, token });
}

/** Reads of Secrets Manager are eventually consistent: the version that RotateSecret has just made may not show at once. */
async function describeWith(
  { store, sleep }: RotationPorts,
  secretId: string,
  token: string,
): Promise<SecretDescription> {
  for (let looks = 1; ; looks += 1) {
    const secret = await store.describe(secretId);
    if (secret.kind !== 'found') throw new RotationError(`the secret is ${secret.kind}`);
    if (secret.stages[token] || secret.rotationEnabled === false || looks === LOOKS) return secret;
    await sleep(LOOK_AGAIN_MS);
  }
}
