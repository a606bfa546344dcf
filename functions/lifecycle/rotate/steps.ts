import { logger } from '../../observe/logger.ts';
import { shownName } from '../../observe/shown.ts';
import { everyEndpoint } from '../../secrets/credential.ts';
import type { SecretValue } from '../../secrets/secret-reader.ts';
import { confine } from './allowed-endpoints.ts';
import { createSecret, recordMade } from './create-secret.ts';
import type { Step } from './guard.ts';
import { promote, proveAndPromote } from './promotion.ts';
import { type Rotation, readBasis } from './rotation.ts';
import { setSecret, usable } from './set-secret.ts';
import { type SettledPlan, settledPlan } from './settled-plan.ts';
import { preflight, proveSecret, restore } from './test-secret.ts';

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
  try {
    await confine(rotation, { endpoints: everyEndpoint(credential), provider });
  } catch (error) {
    // Of a single login this version's password may have been set before; what refuses it now says more than a second fault.
    await restore(rotation, credential).catch((fault: unknown) => notRestored(rotation, fault));
    throw error;
  }
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

/** The step fails for another reason, which its caller is told; that mail may have stopped has to be told all the same. */
function notRestored({ secret, token }: Rotation, fault: unknown): void {
  const event = 'credential.not-restored';
  logger.error(event, { event, secretArn: secret.arn, versionId: token, error: shownName(fault) });
}
