import type { RotationProvider, SettingProvider } from '../providers/provider.ts';
import { type SecretDescription, versionWith } from '../secrets/secret-reader.ts';
import type { Mint } from '../table/items.ts';
import type { HealPlan } from './heal-plan.ts';
import type { LabelledLogin } from './labelled.ts';
import { LEASE_MS } from './lease.ts';
import { nameOf } from './ownership.ts';
import type { RetirementPorts } from './retire/retirement.ts';
import { ownershipTrouble } from './rotate/rotation.ts';

/** What was found of a pending version that is not current; absent when there is none. */
export interface PendingOutcome {
  readonly token: string;
  readonly action: 'wait' | 'unlabel' | 'abandon' | 'heal' | 'leave';
}

type HealPorts = Pick<RetirementPorts, 'ledger' | 'store' | 'newPassword' | 'now'>;

/** Gives a rotation that stands still up and, once no process can act for it, undoes it: revoke first, then the label. */
export async function heal(
  ports: HealPorts,
  secret: SecretDescription,
  provider: RotationProvider,
  logins: readonly LabelledLogin[],
  plan: Exclude<HealPlan, { kind: 'none' }>,
): Promise<PendingOutcome> {
  const { ledger, store, now } = ports;
  const { token, kind } = plan;
  if (kind === 'wait') return { token, action: 'wait' };
  if (kind === 'unlabel') {
    await store.removePending(secret.arn, token);
    return { token, action: 'unlabel' };
  }
  if (kind === 'abandon') {
    await ledger.recordMint(secret.arn, { ...plan.mint, abandonedAt: now() });
    return { token, action: 'abandon' };
  }
  const { pending, others } = apart(logins, token);
  const whose = pending ? await whoseIs(provider, secret, pending, plan.mint) : 'nobody';
  if (whose === 'not-provable') return { token, action: 'leave' };
  if (!(await isStillThere(ports, secret, plan.mint))) return { token, action: 'wait' };
  if (pending && whose === 'ours') await revoke(ports, provider, pending, others);
  await ledger.recordEvent(secret.arn, 'credential.rotation-abandoned', now(), { versionId: token });
  await store.removePending(secret.arn, token);
  return { token, action: 'heal' };
}

/** Looked at under a lease: the next rotation waits until it has ended, and one that did not has taken AWSPENDING away. */
async function isStillThere(
  { ledger, store, now }: HealPorts,
  { arn }: SecretDescription,
  mint: Mint,
): Promise<boolean> {
  await ledger.recordMint(arn, { ...mint, undoneBy: now() + LEASE_MS });
  const secret = await store.describe(arn);
  return secret.kind === 'found' && versionWith('AWSPENDING', secret) === mint.token;
}

function apart(logins: readonly LabelledLogin[], token: string) {
  const pending = logins.find(({ versionId }) => versionId === token);
  return { pending, others: logins.filter((login) => login !== pending) };
}

/** Of a pending credential: made for this token, gone at the provider, or what only a person can tell. */
async function whoseIs(
  provider: RotationProvider,
  { arn }: SecretDescription,
  pending: LabelledLogin,
  mint: Mint,
): Promise<'ours' | 'nobody' | 'not-provable'> {
  if (provider.kind === 'manual') return 'ours';
  if ((await ownershipTrouble(provider, arn)) !== null) return 'not-provable';
  if (!isOfAttempt(pending, mint)) return 'not-provable';
  if (provider.kind === 'setting')
    return (provider.logins as readonly string[]).includes(pending.credential.username)
      ? 'ours'
      : 'not-provable';
  const nameFor = nameOf(provider, arn);
  if (nameFor === null) return 'ours';
  // Whoever may write the secret chose the id; the provider's list says what is behind it.
  const issued = (await provider.list()).find(({ id }) => id === pending.id);
  if (issued === undefined) return 'nobody';
  return issued.name === nameFor(mint.token) ? 'ours' : 'not-provable';
}

/** As far as the ledger knows. */
function isOfAttempt({ id }: LabelledLogin, { startedAt, credentialId }: Mint): boolean {
  return credentialId === null ? startedAt > 0 : credentialId === id;
}

async function revoke(
  ports: HealPorts,
  provider: RotationProvider,
  pending: LabelledLogin,
  others: readonly LabelledLogin[],
): Promise<void> {
  if (provider.kind === 'setting') await putBack(ports, provider, pending, others);
  const isShared = others.some(({ id }) => id === pending.id);
  if (provider.kind === 'issuing' && !isShared) await provider.remove(pending.id);
}

/** The login gets the password that the secret has for it apart from the pending one, or one that nobody knows. */
async function putBack(
  { newPassword }: HealPorts,
  provider: SettingProvider,
  { credential: { username } }: LabelledLogin,
  others: readonly LabelledLogin[],
): Promise<void> {
  const holders = others.filter(({ credential }) => credential.username === username);
  const holder = holders.find(({ labels }) => labels.includes('AWSCURRENT')) ?? holders[0];
  const password = holder?.credential.password ?? newPassword(provider.passwordLimit);
  await provider.set(username, password);
}
