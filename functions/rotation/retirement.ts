import type { Provider } from '../credential/credential.ts';
import { parseSecret } from '../credential/schema.ts';
import type { SecretDescription, SecretValue } from '../credential/secret-reader.ts';
import type { SecretStore } from '../credential/store.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { labelledLogins } from './labelled.ts';
import type { RotationProvider } from './provider.ts';
import { planRetirement, type Retirement } from './retire-plan.ts';

export interface RetirementPorts {
  readonly store: SecretStore;
  readonly ledger: Pick<Ledger, 'mints' | 'deactivations' | 'recordDeactivation' | 'recordEvent'>;
  readonly providerFor: (provider: Provider) => RotationProvider;
  readonly now: () => number;
  readonly overlapMs: number;
  readonly soakMs: number;
}

export type RetirementOutcome =
  | { readonly kind: 'retired'; readonly secretArn: string; readonly retirements: readonly Retirement[] }
  /** Nothing here issues credentials side by side, or the first rotation is still to come. */
  | { readonly kind: 'nothing-to-retire'; readonly secretArn: string }
  | {
      readonly kind: 'failed';
      readonly secretArn: string;
      readonly reason: FailureReason;
      readonly message?: string;
    };

type FailureReason =
  | 'not-found'
  | 'not-managed'
  | 'malformed-secret'
  | 'not-owner'
  | 'current-not-active'
  | 'aws-error';

/** Retires what the last rotations of one secret replaced. Idempotent: each run does the next due step, and no more. */
export async function retireReplaced(ports: RetirementPorts, secretId: string): Promise<RetirementOutcome> {
  const failed = (reason: FailureReason): RetirementOutcome => ({
    kind: 'failed',
    secretArn: secretId,
    reason,
  });
  const secret = await ports.store.describe(secretId);
  if (secret.kind !== 'found') return failed(secret.kind === 'denied' ? 'not-managed' : 'not-found');
  if (!secret.managed) return failed('not-managed');
  const nothing: RetirementOutcome = { kind: 'nothing-to-retire', secretArn: secret.arn };
  const current = await ports.store.read(secret.arn, { stage: 'AWSCURRENT' });
  if (current.kind === 'absent') return nothing;
  const parsed = parseSecret(current.text.reveal());
  if (parsed.kind === 'malformed') return failed('malformed-secret');
  if (parsed.kind === 'seed' || !parsed.credential.provider) return nothing;
  const provider = ports.providerFor(parsed.credential.provider);
  if ((await provider.owner()) !== secret.name) return failed('not-owner');
  return actOn(ports, secret, provider, {
    currentId: parsed.credential.username,
    promotedAt: promotion(secret, current),
  });
}

interface Current {
  readonly currentId: string;
  readonly promotedAt: number;
}

/** The later of the last rotation and the version's own birth; a version is never promoted before it exists. */
function promotion({ lastRotatedAt }: SecretDescription, value: SecretValue): number {
  const createdAt = value.kind === 'value' ? value.createdAt : null;
  return Math.max(lastRotatedAt ?? 0, createdAt ?? 0);
}

async function actOn(
  ports: RetirementPorts,
  secret: SecretDescription,
  provider: RotationProvider,
  { currentId, promotedAt }: Current,
): Promise<RetirementOutcome> {
  const { ledger, overlapMs, soakMs } = ports;
  const [issued, logins, mints, deactivations] = await Promise.all([
    provider.list(),
    labelledLogins(ports.store, secret),
    ledger.mints(secret.arn),
    ledger.deactivations(secret.arn),
  ]);
  const minted = mints.flatMap(({ accessKeyId }) => (accessKeyId === null ? [] : [accessKeyId]));
  const pending = logins.filter(({ labels }) => labels.includes('AWSPENDING'));
  const plan = planRetirement({
    now: ports.now(),
    issued,
    currentId,
    pendingIds: new Set(pending.map(({ username }) => username)),
    ownIds: new Set([...logins.map(({ username }) => username), ...minted]),
    promotedAt,
    deactivations,
    overlapMs,
    soakMs,
  });
  if (plan.kind === 'current-not-active') return { kind: 'failed', secretArn: secret.arn, reason: plan.kind };
  for (const retirement of plan.retirements) await act(ports, secret.arn, provider, retirement);
  return { kind: 'retired', secretArn: secret.arn, retirements: plan.retirements };
}

async function act(
  ports: RetirementPorts,
  secretArn: string,
  provider: RotationProvider,
  { id, action }: Retirement,
) {
  const { ledger, now } = ports;
  if (action === 'wait' || action === 'leave') return;
  if (action === 'deactivate') await provider.deactivate(id);
  if (action === 'reactivate') await provider.reactivate(id);
  if (action === 'remove') await provider.remove(id);
  if (action === 'deactivate' || action === 'begin-soak') {
    await ledger.recordDeactivation(secretArn, { accessKeyId: id, deactivatedAt: now() });
  }
  await ledger.recordEvent(secretArn, 'credential.retired', now(), { accessKeyId: id, result: action });
}
