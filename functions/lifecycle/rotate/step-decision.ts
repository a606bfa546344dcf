import type { SecretDescription } from '../../secrets/description.ts';
import type { Mint, VersionProof } from '../../table/items.ts';
import { lastEnd } from '../lease.ts';
import type { Snapshot } from '../snapshot.ts';

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

export type StepDecision =
  /** Look again then: reads have not caught up, or another process may still be at work. */
  | { readonly kind: 'wait'; readonly until: number; readonly message: string }
  | { readonly kind: 'refuse'; readonly message: string }
  | { readonly kind: 'make' }
  /** Done before; `record` when the ledger still has to learn which credential it was. */
  | { readonly kind: 'already-made'; readonly record: Mint | null }
  | { readonly kind: 'set' }
  | { readonly kind: 'prove' }
  | { readonly kind: 'preflight' }
  /** No proof of it holds: it is proven as testSecret does, and becomes current only then. */
  | { readonly kind: 'prove-and-promote' }
  | { readonly kind: 'promote'; readonly proof: VersionProof };

/** What a step looks at. */
export type StepView = Pick<Snapshot, 'now' | 'settled' | 'versions' | 'mints' | 'proof'>;

/** What was written is readable well before; Secrets Manager promises no time (ms). */
const REREAD_MS = 1000;
/**
 * So long (ms) a proof holds: Secrets Manager asks for finishSecret right after testSecret, and each new try tests again.
 * It removes no version younger than a day, so in that time no other value can have come under the same id.
 */
const PROOF_HOLDS_MS = 60 * 60_000;

/**
 * What one step of a rotation does next. The pending value is looked for first, always: a step that is repeated must
 * not make a second credential.
 */
export function decideStep(step: Step, token: string, view: StepView): StepDecision {
  const { now, settled, versions, mints } = view;
  const own = mints.find((mint) => mint.token === token);
  if (own?.abandonedAt !== undefined) return refuse(ABANDONED);
  if (versions.some(({ versionId, content }) => versionId === token && content !== 'empty'))
    return withValue(step, token, view, own);
  if (!settled) return { kind: 'wait', until: now + REREAD_MS, message: UNSETTLED };
  if (own && own.credentialId !== null) return { kind: 'wait', until: now + REREAD_MS, message: UNREADABLE };
  return withoutValue(step, view);
}

function withValue(step: Step, token: string, view: StepView, own: Mint | undefined): StepDecision {
  switch (step) {
    case 'createSecret':
      return { kind: 'already-made', record: own?.credentialId === null ? own : null };
    case 'setSecret':
      return { kind: 'set' };
    case 'testSecret':
      return { kind: 'prove' };
    case 'finishSecret':
      return promotion(token, view);
  }
}

/**
 * A proof says what was true when it was made. It ends when another try to prove the version begins, and when this
 * secret's credential may have been changed since: when one was made or a password set for whichever token, this one
 * included, or the version was current and replaced, so that its label AWSPENDING was put back by hand.
 */
function promotion(token: string, { now, versions, mints, proof }: StepView): StepDecision {
  const replaced = versions.some((one) => one.versionId === token && one.labels.includes('AWSPREVIOUS'));
  if (proof?.token !== token || proof.provenAt === null || replaced) return { kind: 'prove-and-promote' };
  const isNewest = mints.every(({ endsBy }) => endsBy <= proof.startedAt);
  const holds = isNewest && now - proof.provenAt <= PROOF_HOLDS_MS;
  return holds ? { kind: 'promote', proof } : { kind: 'prove-and-promote' };
}

function withoutValue(step: Step, { mints, now }: StepView): StepDecision {
  switch (step) {
    case 'createSecret': {
      const until = lastEnd(mints, now);
      return until === undefined ? { kind: 'make' } : { kind: 'wait', until, message: BUSY };
    }
    // Secrets Manager's deploy-time test (RotateImmediately=false, AWS RotateSecret) is this step alone, without a value.
    case 'testSecret':
      return { kind: 'preflight' };
    case 'setSecret':
    case 'finishSecret':
      return refuse(NO_VALUE);
  }
}

function refuse(message: string): StepDecision {
  return { kind: 'refuse', message };
}

const ABANDONED =
  'this rotation stood still for so long that it was given up; start another one when AWSPENDING is gone';
const UNSETTLED = 'AWSCURRENT moved while the secret was read; try again';
const UNREADABLE = 'the pending version was stored but cannot be read yet; try again';
const BUSY = 'another process may still be making a credential for this secret; try again';
const NO_VALUE = 'the pending version has no value, so it cannot become the current one';
