import { Redacted } from '../credential/redacted.ts';
import { labelledLogins } from './labelled.ts';
import type { MintedCredential, RotationProvider } from './provider.ts';
import { planMint } from './reconcile.ts';
import { ownedProvider, type Rotation, RotationError, readBasis, readPending } from './rotation.ts';

/**
 * Step 1: reconcile orphans, check for a free slot, mint, store as AWSPENDING. Done already when the pending version
 * has a value. A crash between mint and store leaves an orphan that the next try can prove to be ours and removes.
 */
export async function createSecret(rotation: Rotation): Promise<'minted' | 'already-minted'> {
  if ((await readPending(rotation)).kind === 'value') return 'already-minted';
  const { fields, provider } = await readBasis(rotation);
  const issuer = await ownedProvider(rotation, provider);
  await makeRoom(rotation, issuer);
  const { ledger, secret, token, now } = rotation;
  const startedAt = now();
  await ledger.recordMint(secret.arn, { token, startedAt, accessKeyId: null });
  const minted = await issuer.mint();
  await storePending(rotation, issuer, fields, minted);
  await ledger.recordMint(secret.arn, { token, startedAt, accessKeyId: minted.id });
  return 'minted';
}

async function makeRoom(rotation: Rotation, issuer: RotationProvider): Promise<void> {
  const { ledger, secret, token } = rotation;
  const [issued, logins, mints] = await Promise.all([
    issuer.list(),
    labelledLogins(rotation.store, secret),
    ledger.mints(secret.arn),
  ]);
  // The ledger says that this token's password was stored: a stale read must not make its key an orphan.
  if (mints.some((mint) => mint.token === token && mint.accessKeyId !== null)) {
    throw new RotationError('the pending version was stored but cannot be read yet; try again');
  }
  const labelled = new Set(logins.map(({ username }) => username));
  const plan = planMint({ issued, labelled, mints, limit: issuer.limit });
  if (plan.kind === 'no-slot') throw new RotationError(plan.message);
  for (const orphan of plan.orphans) await issuer.remove(orphan);
}

async function storePending(
  { store, secret, token }: Rotation,
  issuer: RotationProvider,
  fields: object,
  { id, username, password }: MintedCredential,
): Promise<void> {
  const text = new Redacted(JSON.stringify({ ...fields, username, password: password.reveal() }));
  try {
    await store.putPending(secret.arn, token, text);
  } catch (error) {
    if (isDefiniteRefusal(error)) await issuer.remove(id);
    throw error;
  }
}

/** Only a refusal proves that the value was not stored; after a timeout it may have been, and the key must stay. */
function isDefiniteRefusal(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}
