import { createSecret, recordMade } from './create-secret.ts';
import type { Step } from './guard.ts';
import { promote, proveAndPromote } from './promotion.ts';
import type { Rotation } from './rotation.ts';
import { setSecret } from './set-secret.ts';
import { settledPlan } from './settled-plan.ts';
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
  const { plan, pending } = settled;
  switch (plan.kind) {
    case 'make':
      return createSecret(rotation);
    case 'already-made':
      return recordMade(rotation, settled);
    case 'set':
      return setSecret(rotation, pending);
    case 'prove':
      await proveSecret(rotation, pending, 'testSecret');
      return 'proven';
    case 'preflight':
      return preflight(rotation);
    case 'prove-and-promote':
      return proveAndPromote(rotation, pending);
    case 'promote':
      return promote(rotation, plan.proof);
  }
}
