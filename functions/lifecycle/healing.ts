import type { SettingProvider } from '../providers/provider.ts';
import { versionWith } from '../secrets/description.ts';
import type { Redacted } from '../secrets/redacted.ts';
import type { SecretStore } from '../secrets/store.ts';
import type { Mint } from '../table/items.ts';
import type { Ledger } from '../table/ledger.ts';
import { ATTEMPT_LEASE_MS } from './lease.ts';
import { whoseIs } from './ownership.ts';
import { pendingIn, type Taken, type Version } from './snapshot.ts';
import type { HealPlan } from './stuck.ts';

/** What was found of a pending version that is not current; absent when there is none. */
export interface PendingOutcome {
  readonly token: string;
  readonly action: 'wait' | 'unlabel' | 'abandon' | 'heal' | 'leave';
}

export interface HealPorts {
  readonly store: Pick<SecretStore, 'describe' | 'read' | 'removePending'>;
  readonly ledger: Pick<Ledger, 'amendMint' | 'recordEvent'>;
  readonly newPassword: (limit: number | null) => Redacted;
  readonly now: () => number;
}

/** Gives a rotation that stands still up and, once no process can act for it, undoes it: revoke first, then the label. */
export async function heal(
  ports: HealPorts,
  taken: Taken,
  plan: Exclude<HealPlan, { kind: 'none' }>,
): Promise<PendingOutcome> {
  const { store } = ports;
  const { arn } = taken.snapshot.secret;
  const { token, kind } = plan;
  switch (kind) {
    case 'wait':
      return { token, action: 'wait' };
    case 'unlabel':
      await store.removePending(arn, token);
      return { token, action: 'unlabel' };
    case 'abandon':
      return { token, action: await abandon(ports, arn, plan.mint) };
    case 'heal':
      return { token, action: await undo(ports, taken, plan.mint) };
  }
}

/** Not when Secrets Manager has tried it again since: then it does not stand still. */
async function abandon({ ledger, now }: HealPorts, arn: string, mint: Mint): Promise<'abandon' | 'wait'> {
  return (await ledger.amendMint(arn, { ...mint, abandonedAt: now() })) ? 'abandon' : 'wait';
}

async function undo(ports: HealPorts, taken: Taken, mint: Mint): Promise<'heal' | 'leave' | 'wait'> {
  const { snapshot } = taken;
  const { ledger, store, now } = ports;
  const pending = pendingIn(snapshot);
  const whose = pending ? whoseIs(pending, snapshot) : 'nobody';
  if (whose === 'not-provable') return 'leave';
  if (!(await isStillSo(ports, taken, mint))) return 'wait';
  if (pending && whose === 'ours') await revoke(ports, taken, pending);
  const { arn } = snapshot.secret;
  await ledger.recordEvent(arn, 'credential.rotation-abandoned', now(), { versionId: mint.token });
  await store.removePending(arn, mint.token);
  return 'heal';
}

/**
 * Looked at under a lease: the next rotation waits until it has ended, and one that did not has opened an attempt since, has
 * taken AWSPENDING away, or stored a value where there was none.
 */
async function isStillSo(
  { ledger, store, now }: HealPorts,
  { snapshot, values }: Taken,
  mint: Mint,
): Promise<boolean> {
  const { arn } = snapshot.secret;
  if (!(await ledger.amendMint(arn, { ...mint, undoneBy: now() + ATTEMPT_LEASE_MS }))) return false;
  const secret = await store.describe(arn);
  if (secret.kind !== 'found' || versionWith('AWSPENDING', secret) !== mint.token) return false;
  return values.has(mint.token) || (await store.read(arn, { versionId: mint.token })).kind === 'absent';
}

async function revoke(ports: HealPorts, taken: Taken, pending: Version): Promise<void> {
  const { provider, snapshot } = taken;
  if (provider?.kind === 'setting') await putBack(ports, provider, taken, pending);
  const isShared = snapshot.versions.some((one) => one !== pending && one.id === pending.id);
  if (provider?.kind === 'issuing' && pending.id !== null && !isShared) await provider.remove(pending.id);
}

/** The login gets the password that the secret has for it apart from the pending one, or one that nobody knows. */
async function putBack(
  { newPassword }: HealPorts,
  provider: SettingProvider,
  { snapshot, values }: Taken,
  pending: Version,
): Promise<void> {
  const holders = snapshot.versions.filter((one) => one !== pending && one.username === pending.username);
  const holder = holders.find(({ labels }) => labels.includes('AWSCURRENT')) ?? holders[0];
  const parsed = values.get(holder?.versionId ?? '')?.parsed;
  const known = parsed?.kind === 'credential' ? parsed.credential.password : null;
  await provider.set(pending.username ?? '', known ?? newPassword(provider.passwordLimit));
}
