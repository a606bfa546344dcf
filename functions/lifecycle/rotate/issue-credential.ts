import type { IssuingProvider } from '../../providers/provider.ts';
import { labelledLogins } from '../labelled.ts';
import { lease } from '../lease.ts';
import { claimOf, nameOf, ownIn } from '../ownership.ts';
import { planMint } from '../reconcile.ts';
import { pendingValue } from './pending-value.ts';
import { type Basis, type Rotation, RotationError } from './rotation.ts';
import { storePending } from './store-pending.ts';

/**
 * Removes orphans, mints, stores. A crash between mint and store leaves an orphan that the next try can prove to be ours
 * and removes.
 */
export async function issueCredential(
  rotation: Rotation,
  provider: IssuingProvider,
  { fields }: Basis,
): Promise<'minted'> {
  const { ledger, secret, token, now } = rotation;
  await makeRoom(rotation, provider);
  const attempt = lease(token, now());
  await ledger.recordMint(secret.arn, attempt);
  const minted = await provider.mint(nameOf(provider, secret.arn)?.(token) ?? '');
  const giveBack = () => provider.remove(minted.id);
  if (now() > attempt.endsBy) {
    await giveBack();
    throw new RotationError('the provider took too long to make a credential, which was removed; try again');
  }
  await storePending(rotation, pendingValue(fields, minted), giveBack);
  await ledger.recordMint(secret.arn, { ...attempt, endsBy: now(), credentialId: minted.id });
  return 'minted';
}

async function makeRoom(rotation: Rotation, provider: IssuingProvider): Promise<void> {
  const { ledger, secret, store, now } = rotation;
  // Before the ledger: whatever is in the list was announced there first, by whoever else is at work for this token.
  const issued = await provider.list();
  const [logins, mints] = await Promise.all([labelledLogins(store, secret), ledger.mints(secret.arn)]);
  const claim = claimOf(
    provider,
    secret,
    logins.map(({ id }) => id),
    mints,
  );
  const own = ownIn(issued, claim);
  const plan = planMint({ ...claim, now: now(), issued, own, limit: provider.limit });
  if (plan.kind === 'no-slot') throw new RotationError(plan.message, plan.kind);
  for (const orphan of plan.orphans) await provider.remove(orphan);
}
