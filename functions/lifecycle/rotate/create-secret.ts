import { parseSecret } from '../../providers/secret.ts';
import { idOf } from '../../secrets/credential.ts';
import { issueCredential } from './issue-credential.ts';
import { makePassword } from './make-password.ts';
import { type Basis, ownedProvider, type Rotation, RotationError } from './rotation.ts';
import type { SettledPlan } from './settled-plan.ts';

/**
 * Step 1. A new credential is issued, or a password made for the login whose turn it is, and stored as AWSPENDING. Where
 * a person has to do it, the step fails, and says how, until that is done.
 */
export async function createSecret(rotation: Rotation, basis: Basis): Promise<'minted' | 'password-made'> {
  const provider = await ownedProvider(rotation, basis.provider);
  switch (provider.kind) {
    case 'issuing':
      return issueCredential(rotation, provider, basis);
    case 'setting':
      return makePassword(rotation, provider, basis);
    case 'manual':
      throw new RotationError(howToStore(rotation), 'waiting');
  }
}

/** A crash came between storing the password and telling the ledger: without its id the credential looks like an orphan. */
export async function recordMade(
  { ledger, secret }: Rotation,
  { plan, pending }: SettledPlan,
): Promise<'already-minted'> {
  if (plan.kind !== 'already-made' || plan.record === null || pending.kind !== 'value')
    return 'already-minted';
  const parsed = parseSecret(pending.text.reveal());
  if (parsed.kind === 'credential') {
    await ledger.recordMint(secret.arn, { ...plan.record, credentialId: idOf(parsed.credential) });
  }
  return 'already-minted';
}

function howToStore({ secret, token }: Rotation): string {
  return (
    'a person makes the new credential: store the whole new value, with the new user name and password, by `aws secretsmanager ' +
    `put-secret-value --secret-id ${secret.name} --client-request-token ${token} --version-stages AWSPENDING ` +
    '--secret-string file://new.json`; the rotation then goes on by itself, or rotate again with the same token'
  );
}
