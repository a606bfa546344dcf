import { everyEndpoint } from '../credential/credential.ts';
import type { SecretValue } from '../credential/secret-reader.ts';
import { confine } from './allowed-endpoints.ts';
import { createSecret, recordMade } from './create-secret.ts';
import type { Step } from './guard.ts';
import { promote, proveAndPromote } from './promotion.ts';
import { type Rotation, readBasis } from './rotation.ts';
import { setSecret, usable } from './set-secret.ts';
import { type SettledPlan, settledPlan } from './settled-plan.ts';
import { preflight, proveSecret } from './test-secret.ts';

export type StepResult =
  | 'minted'
  | 'password-made'
  | 'already-minted'
  | 'nothing-to-set'
  | 'password-set'
  | 'proven'
  | 'preflight-passed'
  | 'promoted';

/** Runs one step of Secrets Manager's rotation contract, as the plan says; each may be repeated for the same token. */
export async function runStep(step: Step, rotation: Rotation): Promise<StepResult> {
  const settled = await settledPlan(step, rotation);
  switch (settled.plan.kind) {
    case 'already-made':
      return recordMade(rotation, settled);
    case 'make':
    case 'preflight':
      return onCurrent(settled.plan.kind, rotation);
    default:
      return onPending(settled.plan, rotation, settled.pending);
  }
}

/** Read once: what was confined is what is used. */
async function onCurrent(kind: 'make' | 'preflight', rotation: Rotation): Promise<StepResult> {
  const basis = await readBasis(rotation);
  await confine(rotation, basis);
  return kind === 'make' ? createSecret(rotation, basis) : preflight(rotation, basis);
}

async function onPending(
  plan: Extract<SettledPlan['plan'], { kind: 'set' | 'prove' | 'prove-and-promote' | 'promote' }>,
  rotation: Rotation,
  pending: SecretValue,
): Promise<StepResult> {
  const { provider, ...credential } = usable(pending);
  await confine(rotation, { endpoints: everyEndpoint(credential), provider });
  switch (plan.kind) {
    case 'set':
      return setSecret(rotation, pending);
    case 'prove':
      await proveSecret(rotation, pending, 'testSecret');
      return 'proven';
    case 'prove-and-promote':
      return proveAndPromote(rotation, pending);
    case 'promote':
      return promote(rotation, plan.proof);
  }
}
