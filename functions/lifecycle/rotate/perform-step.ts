import { logger } from '../../observe/logger.ts';
import { shownName } from '../../observe/shown.ts';
import { everyEndpoint } from '../../secrets/credential.ts';
import type { SecretDescription } from '../../secrets/description.ts';
import { rulingOn } from '../endpoints.ts';
import { type Scope, type Taken, takeSnapshot } from '../snapshot.ts';
import { createSecret, recordMade } from './create-secret.ts';
import { promote, proveAndPromote } from './promotion.ts';
import { type Rotation, RotationError, type RotationPorts } from './rotation.ts';
import { setSecret, usable } from './set-secret.ts';
import { decideStep, guard, type StepDecision } from './step-decision.ts';
import { preflight, proveSecret, restore } from './test-secret.ts';

export interface StepEvent {
  readonly step: string;
  readonly secretId: string;
  readonly token: string;
}

export type StepResult =
  | 'minted'
  | 'password-made'
  | 'already-minted'
  | 'nothing-to-set'
  | 'password-set'
  | 'proven'
  | 'preflight-passed'
  | 'promoted'
  | 'already-current';

/**
 * How often, and how far apart (ms), the secret is described again while its new version cannot be seen: for as long as
 * a lease lets reads settle. Fewer looks wedged in the enumeration whenever reads lagged for 8 s.
 */
const LOOKS = 16;
const LOOK_AGAIN_MS = 1000;
/** What a step still needs (ms) when it has waited: a wait that leaves less is not begun. */
const LEAST_LEFT_MS = 30_000;

/** One step as Secrets Manager asks for it; each may be repeated for the same token. Rejects when it failed. */
export async function performStep(ports: RotationPorts, event: StepEvent): Promise<StepResult> {
  let scope: Scope = 'secret';
  for (;;) {
    const look = await lookAt(ports, event, scope);
    if (look === 'already-current') return look;
    const { decision, rotation, taken } = look;
    if (decision.kind === 'refuse') throw new RotationError(decision.message);
    if (decision.kind === 'wait') await waitUntil(rotation, decision.until, decision.message);
    // To make one, more has to be known, and that what was seen is still so.
    else if (needsProvider(decision) && scope === 'secret') scope = 'everything';
    else return act(decision, rotation, taken);
  }
}

type Due = Exclude<StepDecision, { readonly kind: 'wait' | 'refuse' }>;

interface Look {
  readonly decision: StepDecision;
  readonly rotation: Rotation;
  readonly taken: Taken;
}

async function lookAt(
  ports: RotationPorts,
  { step, secretId, token }: StepEvent,
  scope: Scope,
): Promise<Look | 'already-current'> {
  const secret = await describeWith(ports, secretId, token);
  const guarded = guard(step, token, secret);
  if (guarded.kind === 'refused') throw new RotationError(guarded.message);
  if (guarded.kind === 'already-current') return 'already-current';
  const taken = await takeSnapshot(ports, secret, scope);
  if ('fault' in taken) throw taken.fault;
  const decision = decideStep(guarded.step, token, taken.snapshot);
  return { decision, rotation: { ...ports, secret, token }, taken };
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

async function waitUntil(rotation: Rotation, until: number, message: string): Promise<void> {
  const waitMs = until - rotation.now();
  if (waitMs > rotation.remainingMs() - LEAST_LEFT_MS) throw new RotationError(message);
  await rotation.sleep(waitMs);
}

function needsProvider({ kind }: Due): boolean {
  return kind === 'make' || kind === 'preflight';
}

async function act(decision: Due, rotation: Rotation, taken: Taken): Promise<StepResult> {
  switch (decision.kind) {
    case 'already-made':
      return recordMade(rotation, taken, decision.record);
    case 'make':
      return createSecret(rotation, taken);
    case 'preflight':
      return preflight(rotation, taken);
    default:
      await confine(rotation, taken);
      return onPending(decision, rotation, taken);
  }
}

async function onPending(
  decision: Extract<Due, { kind: 'set' | 'prove' | 'prove-and-promote' | 'promote' }>,
  rotation: Rotation,
  taken: Taken,
): Promise<StepResult> {
  const credential = usable(rotation, taken);
  switch (decision.kind) {
    case 'set':
      return setSecret(rotation, credential);
    case 'prove':
      await proveSecret(rotation, credential, 'testSecret');
      return 'proven';
    case 'prove-and-promote':
      return proveAndPromote(rotation, credential);
    case 'promote':
      return promote(rotation, decision.proof);
  }
}

/** Rejects with `endpoint-changed` unless each place that the pending value names is one that somebody else named. */
async function confine(rotation: Rotation, taken: Taken): Promise<void> {
  const { provider, ...credential } = usable(rotation, taken);
  const naming = {
    versionId: rotation.token,
    endpoints: everyEndpoint(credential),
    provider: provider ?? null,
  };
  const { refusal } = await rulingOn(rotation, rotation.secret, naming);
  if (!refusal) return;
  // Of a single login this version's password may have been set before; what refuses it now says more than a second fault.
  await restore(rotation, credential).catch((fault: unknown) => notRestored(rotation, fault));
  throw new RotationError(`${refusal.state} ${refusal.nextAction}`, refusal.reason);
}

/** The step fails for another reason, which its caller is told; that mail may have stopped has to be told all the same. */
function notRestored({ secret, token }: Rotation, fault: unknown): void {
  const event = 'credential.not-restored';
  logger.error(event, { event, secretArn: secret.arn, versionId: token, error: shownName(fault) });
}
