import { versionWith } from '../credential/secret-reader.ts';
import { createSecret } from './create-secret.ts';
import type { Step } from './guard.ts';
import { type Rotation, RotationError, readPending } from './rotation.ts';
import { testSecret } from './test-secret.ts';

export type StepResult =
  | 'minted'
  | 'already-minted'
  | 'nothing-to-set'
  | 'proven'
  | 'preflight-passed'
  | 'promoted';

/** Runs one step of Secrets Manager's rotation contract; each may be repeated for the same token. */
export function runStep(step: Step, rotation: Rotation): Promise<StepResult> {
  return STEP_FUNCTIONS[step](rotation);
}

const STEP_FUNCTIONS: Readonly<Record<Step, (rotation: Rotation) => Promise<StepResult>>> = {
  createSecret,
  // A provider that issues several credentials side by side has the new one since createSecret.
  setSecret: async () => 'nothing-to-set',
  testSecret,
  finishSecret,
};

/** Step 4: moves AWSCURRENT and does nothing else. What must follow is the work of retire.ts, on its own schedule. */
async function finishSecret(rotation: Rotation): Promise<'promoted'> {
  const { store, secret, token } = rotation;
  if ((await readPending(rotation)).kind === 'absent') {
    throw new RotationError('the pending version has no value, so it cannot become the current one');
  }
  await store.moveCurrent(secret.arn, token, versionWith('AWSCURRENT', secret));
  return 'promoted';
}
