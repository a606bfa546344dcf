import type { SettingProvider } from '../../providers/provider.ts';
import { type Credential, parseSecret } from '../../providers/secret.ts';
import { idOf } from '../../secrets/credential.ts';
import { lease } from '../lease.ts';
import type { Taken } from '../snapshot.ts';
import { type Rotation, RotationError, readPending } from './rotation.ts';

/**
 * Step 2: sets the pending password at the provider. One that issues several credentials side by side has the new one
 * since createSecret, and where a person makes it there is nothing to do either.
 */
export async function setSecret(
  rotation: Rotation,
  credential: Credential,
): Promise<'nothing-to-set' | 'password-set'> {
  const provider = credential.provider && rotation.providerFor(credential.provider, rotation.secret);
  if (provider?.kind !== 'setting') return 'nothing-to-set';
  const { ledger, secret, token, now } = rotation;
  const attempt = { ...lease(token, now()), credentialId: idOf(credential) };
  await ledger.recordMint(secret.arn, attempt);
  await checkTurn(rotation, provider, credential);
  await provider.set(credential.username, credential.password);
  await ledger.recordMint(secret.arn, { ...attempt, endsBy: now() });
  return 'password-set';
}

/**
 * Looked at under the lease: the next rotation, which may need the same login, waits until it has ended; and one that
 * did not see it has taken AWSPENDING away before.
 */
async function checkTurn(rotation: Rotation, { logins }: SettingProvider, { username }: Credential) {
  if ((await readPending(rotation)).kind === 'absent') throw new RotationError('AWSPENDING was taken away');
  const current = await readCurrent(rotation);
  const plan = planSet(logins, username, current?.username ?? null);
  if (plan.kind === 'refuse') throw new RotationError(plan.message);
}

export type SetPlan = { readonly kind: 'set' } | { readonly kind: 'refuse'; readonly message: string };

/** Whether the pending password may be set: it must not take the password in use away while there is another login. */
export function planSet(logins: SettingProvider['logins'], pending: string, current: string | null): SetPlan {
  if (!(logins as readonly string[]).includes(pending)) {
    return { kind: 'refuse', message: `the pending login is none of the provider's: ${logins.join(', ')}` };
  }
  if (logins.length === 2 && pending === current) {
    return { kind: 'refuse', message: `${pending} came into use meanwhile; start another rotation` };
  }
  return { kind: 'set' };
}

/** The credential of the pending version. */
export function usable({ token }: Rotation, { values }: Taken): Credential {
  const parsed = values.get(token)?.parsed;
  if (parsed?.kind === 'credential') return parsed.credential;
  throw new RotationError('the pending version holds no usable credential');
}

/** As it is now. Null before the first rotation. */
export async function readCurrent({ store, secret }: Rotation): Promise<Credential | null> {
  const value = await store.read(secret.arn, { stage: 'AWSCURRENT' });
  const parsed = value.kind === 'value' ? parseSecret(value.text.reveal()) : null;
  return parsed?.kind === 'credential' ? parsed.credential : null;
}
