import type { Credential } from '../../providers/secret.ts';
import { versionWith } from '../../secrets/description.ts';
import type { VersionProof } from '../../table/items.ts';
import type { Ledger } from '../../table/ledger.ts';
import { type Rotation, RotationError, type RotationRequest, readPending } from './rotation.ts';
import { proveSecret } from './test-secret.ts';

/** That a version becomes the current one, as the ledger has it. */
export interface Promotion {
  /** Version ids; without `from` no version was current. */
  readonly from: string | undefined;
  readonly to: string;
  /** The operator's ARN, or `schedule`. */
  readonly who: string;
  readonly reason: string | null;
  /** Whose logins proved it. */
  readonly provenBy: VersionProof['provenBy'] | 'rollback';
}

/** By then (ms) this step has ended, and Secrets Manager has dated the rotation, from which the overlap counts. */
const MARGIN_MS = 60_000;
/** Operations that rotate under their own id; another one's id says nothing about a rotation with the same token. */
const ROTATING: ReadonlySet<string> = new Set(['rotate', 'compromised']);
const UNASKED = {
  who: 'schedule',
  reason: 'no operation asked for it: its schedule was due, or RotateSecret was called directly',
};

/** Step 4: moves AWSCURRENT and does nothing after it. What must follow is the work of retire.ts, by its agenda. */
export async function promote(
  rotation: Rotation,
  { provenBy }: Pick<VersionProof, 'provenBy'>,
): Promise<'promoted'> {
  const { store, agenda, secret, token, now } = rotation;
  const from = versionWith('AWSCURRENT', secret);
  // Not at the end of the overlap: what was replaced earlier may be due before that, and so may an operation that waits.
  await agenda.put(secret.arn, { versionId: token, dueAt: now() + MARGIN_MS }, now());
  await recordPromotion(rotation, secret.arn, { from, to: token, provenBy, ...(await askedBy(rotation)) });
  await store.moveCurrent(secret.arn, token, from);
  return 'promoted';
}

/** Step 4 where testSecret has failed, was passed over, or the ledger has lost what it proved. */
export async function proveAndPromote(rotation: Rotation, credential: Credential): Promise<'promoted'> {
  const proof = await proveSecret(rotation, credential, 'finishSecret');
  // The logins may have taken minutes: somebody may have stopped the rotation meanwhile.
  if ((await readPending(rotation)).kind === 'absent') throw new RotationError('AWSPENDING was taken away');
  return promote(rotation, proof);
}

/**
 * Written before the label moves, since nothing may be left to do after it; a move that fails is tried again under an
 * event of its own. Without `operationId`: the last event with it says how an operation ended, and this may come later.
 */
export async function recordPromotion(
  { ledger, now }: { readonly ledger: Pick<Ledger, 'recordEvent'>; readonly now: () => number },
  secretArn: string,
  { to, ...details }: Promotion,
): Promise<void> {
  await ledger.recordEvent(secretArn, 'credential.promotion', now(), { versionId: to, ...details });
}

export function isOfRotation({ operation, secretArn }: RotationRequest, ofSecret: string): boolean {
  return secretArn === ofSecret && ROTATING.has(operation);
}

async function askedBy({ requestOf, secret, token }: Rotation): Promise<Pick<Promotion, 'who' | 'reason'>> {
  const request = await requestOf(token);
  return request && isOfRotation(request, secret.arn)
    ? { who: request.who, reason: request.reason }
    : UNASKED;
}
