import type { SettingProvider } from '../../providers/provider.ts';
import { lease } from '../lease.ts';
import { nextLogin } from '../turns.ts';
import { pendingValue } from './pending-value.ts';
import type { Basis, Rotation } from './rotation.ts';
import { storePending } from './store-pending.ts';

/** Stores a new password for the login whose turn it is. The provider hears of it in setSecret. */
export async function makePassword(
  rotation: Rotation,
  provider: SettingProvider,
  { fields, credential }: Basis,
): Promise<'password-made'> {
  const { ledger, secret, token, now } = rotation;
  const login = nextLogin(provider.logins, credential?.username ?? null);
  const password = rotation.newPassword(provider.passwordLimit);
  const attempt = lease(token, now());
  await ledger.recordMint(secret.arn, attempt);
  await storePending(rotation, pendingValue(fields, { id: login, username: login, password }));
  await ledger.recordMint(secret.arn, { ...attempt, endsBy: now(), credentialId: login });
  return 'password-made';
}
