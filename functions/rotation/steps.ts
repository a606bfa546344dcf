import { everyEndpoint } from '../credential/credential.ts';
import { type SecretValue, versionWith } from '../credential/secret-reader.ts';
import { confine } from './allowed-endpoints.ts';
import { createSecret, recordMade } from './create-secret.ts';
import type { Step } from './guard.ts';
import { type Rotation, readBasis } from './rotation.ts';
import { setSecret, usable } from './set-secret.ts';
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
  switch (settled.plan.kind) {
    case 'already-made':
      return recordMade(rotation, settled);
    case 'make':
    case 'preflight':
      return onCurrent(settled.plan.kind, rotation);
    default:
      return onPending(settled.plan.kind, rotation, settled.pending);
  }
}

/** Read once: what was confined is what is used. */
async function onCurrent(kind: 'make' | 'preflight', rotation: Rotation): Promise<StepResult> {
  const basis = await readBasis(rotation);
  await confine(rotation, basis);
  return kind === 'make' ? createSecret(rotation, basis) : preflight(rotation, basis);
}

async function onPending(
  kind: 'set' | 'prove' | 'promote',
  rotation: Rotation,
  pending: SecretValue,
): Promise<StepResult> {
  const { provider, ...credential } = usable(pending);
  await confine(rotation, { endpoints: everyEndpoint(credential), provider });
  switch (kind) {
    case 'set':
      return setSecret(rotation, pending);
    case 'prove':
      return proveSecret(rotation, pending);
    case 'promote':
      return finishSecret(rotation);
  }
}

/** Step 4: moves AWSCURRENT and does nothing else. What must follow is the work of retire.ts, on its own schedule. */
async function finishSecret({ store, secret, token }: Rotation): Promise<'promoted'> {
  await store.moveCurrent(secret.arn, token, versionWith('AWSCURRENT', secret));
  return 'promoted';
}
