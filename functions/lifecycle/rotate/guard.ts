import type { SecretDescription } from '../../secrets/description.ts';

export const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type Step = (typeof STEPS)[number];

export type Guarded =
  | { readonly kind: 'proceed'; readonly step: Step }
  | { readonly kind: 'already-current' }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * Whether a rotation event may be acted on: the checks and the order of AWS's own rotation template, then ours.
 * Source: docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions-code.html
 */
export function guard(step: string, token: string, secret: SecretDescription): Guarded {
  const labels = secret.stages[token];
  // Absent is not false: it is missing while CloudFormation is still configuring the rotation.
  if (secret.rotationEnabled === false) return refused('rotation is not enabled for this secret');
  if (!labels) return refused(`no version ${token} to rotate to; start the rotation through RotateSecret`);
  if (labels.includes('AWSCURRENT')) return { kind: 'already-current' };
  if (!labels.includes('AWSPENDING')) return refused(`version ${token} is not labelled AWSPENDING`);
  if (!isStep(step)) return refused(`expected one of ${STEPS.join(', ')}, got ${JSON.stringify(step)}`);
  if (!secret.managed)
    return refused(
      "the secret lacks the tag keyturn:managed=true, or is an administrator's (keyturn:admin-for)",
    );
  return { kind: 'proceed', step };
}

function isStep(step: string): step is Step {
  return (STEPS as readonly string[]).includes(step);
}

function refused(message: string): Guarded {
  return { kind: 'refused', message };
}
