import type { SecretValue } from '../../secrets/secret-reader.ts';
import type { Step } from './guard.ts';
import { type Plan, plan } from './plan.ts';
import { type Rotation, RotationError, readPending } from './rotation.ts';

/** What a step still needs (ms) when it has waited: a wait that leaves less is not begun. */
const LEAST_LEFT_MS = 30_000;

export interface SettledPlan {
  readonly plan: Exclude<Plan, { readonly kind: 'wait' | 'refuse' }>;
  readonly pending: SecretValue;
}

/** Gathers facts and asks the plan until it no longer says to wait. Rejects with a `RotationError` when it refuses. */
export async function settledPlan(step: Step, rotation: Rotation): Promise<SettledPlan> {
  for (;;) {
    const { pending, next } = await look(step, rotation);
    if (next.kind === 'refuse') throw new RotationError(next.message);
    if (next.kind !== 'wait') return { plan: next, pending };
    await waitUntil(rotation, next.until, next.message);
  }
}

async function look(step: Step, rotation: Rotation): Promise<{ pending: SecretValue; next: Plan }> {
  const { ledger, secret, token, now } = rotation;
  const [pending, mints, proof] = await Promise.all([
    readPending(rotation),
    ledger.mints(secret.arn),
    step === 'finishSecret' ? ledger.proofOf(secret.arn, token) : null,
  ]);
  const stored = pending.kind === 'value';
  const replaced = secret.stages[token]?.includes('AWSPREVIOUS') ?? false;
  return { pending, next: plan(step, { now: now(), token, stored, mints, proof, replaced }) };
}

async function waitUntil(rotation: Rotation, until: number, message: string): Promise<void> {
  const waitMs = until - rotation.now();
  if (waitMs > rotation.remainingMs() - LEAST_LEFT_MS) throw new RotationError(message);
  await rotation.sleep(waitMs);
}
