import type { RotationProvider, ServedSecret } from '../../providers/provider.ts';
import { type Credential, type Provider, parseSecret } from '../../providers/secret.ts';
import { idOf } from '../../secrets/credential.ts';

import type { Redacted } from '../../secrets/redacted.ts';

import { type SecretDescription, type SecretValue, versionWith } from '../../secrets/secret-reader.ts';
import type { SecretStore } from '../../secrets/store.ts';
import type { LoginOutcome } from '../../smtp/login-result.ts';
import type { Ledger } from '../../table/ledger.ts';
import { nextHealAt, planHeal } from '../heal-plan.ts';
import { heal, type PendingOutcome } from '../healing.ts';
import { labelledLogins } from '../labelled.ts';
import { ownershipTrouble, providerInTags } from '../rotate/rotation.ts';
import { type Replaced, retireIssued } from './retire-issued.ts';
import type { Done } from './retire-plan.ts';

export interface RetirementPorts {
  readonly store: SecretStore;
  readonly ledger: Pick<
    Ledger,
    'mints' | 'recordMint' | 'deactivations' | 'recordDeactivation' | 'recordEvent'
  >;
  readonly providerFor: (provider: Provider, secret: ServedSecret) => RotationProvider;
  /** One login inside the login budget. */
  readonly login: (credential: Credential, budgetMs: number) => Promise<LoginOutcome>;
  /** A new password, of at most `limit` characters (null: as long as it likes). */
  readonly newPassword: (limit: number | null) => Redacted;
  /** Whether an operator's operation has the secret in hand: what it is about to bring back must not be taken away. */
  readonly isHeld: (secretArn: string) => Promise<boolean>;
  readonly now: () => number;
  readonly overlapMs: number;
  readonly soakMs: number;
}

export type RetirementOutcome =
  | {
      readonly kind: 'retired';
      readonly secretArn: string;
      readonly retirements: readonly Done[];
      readonly pending?: PendingOutcome;
      /** When something is due next (ms since 1970), as far as can be told now; null: not before the next rotation. */
      readonly nextLookAt: number | null;
    }
  /** Put off to the next run: an operation has the secret in hand, it changed while it was read, or there was no time for it. */
  | {
      readonly kind: 'held' | 'stale-read' | 'no-time';
      readonly secretArn: string;
      /** What was done before that. */
      readonly retirements: readonly Done[];
    }
  /** No provider is named, so nothing can be made or retired here. */
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
  | 'aws-error'
  /** It ended the process that worked on it alone, or gave that no chance to answer in time. */
  | 'crashed';

/**
 * Retires what the last rotations of one secret replaced, and ends a rotation that stands still for ever. Idempotent:
 * each run does the next due step, and no more.
 */
export async function retireReplaced(ports: RetirementPorts, secretId: string): Promise<RetirementOutcome> {
  const failed = (reason: FailureReason): RetirementOutcome => ({
    kind: 'failed',
    secretArn: secretId,
    reason,
  });
  const secret = await ports.store.describe(secretId);
  if (secret.kind !== 'found') return failed(secret.kind === 'denied' ? 'not-managed' : 'not-found');
  if (!secret.managed) return failed('not-managed');
  const value = await ports.store.read(secret.arn, { stage: 'AWSCURRENT' });
  if (value.kind === 'value' && value.versionId !== versionWith('AWSCURRENT', secret))
    return { kind: 'stale-read', secretArn: secret.arn, retirements: [] };
  const current = currentOf(secret, value);
  if (current === 'malformed') return failed('malformed-secret');
  if (!current.provider) return { kind: 'nothing-to-retire', secretArn: secret.arn };
  const provider = ports.providerFor(current.provider, secret);
  const message = await ownershipTrouble(provider, secret.arn);
  if (message !== null) return { kind: 'failed', secretArn: secretId, reason: 'not-owner', message };
  return actOn(ports, secret, provider, current);
}

interface Current extends Replaced {
  readonly provider: Provider | null | undefined;
}

function currentOf(secret: SecretDescription, value: SecretValue): Current | 'malformed' {
  const promotedAt = promotion(secret, value);
  if (value.kind === 'absent') return { currentId: null, promotedAt, provider: providerInTags(secret) };
  const parsed = parseSecret(value.text.reveal());
  switch (parsed.kind) {
    case 'malformed':
      return 'malformed';
    case 'seed':
      return { currentId: null, promotedAt, provider: parsed.provider };
    case 'credential':
      return { currentId: idOf(parsed.credential), promotedAt, provider: parsed.credential.provider };
  }
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
  current: Current,
): Promise<RetirementOutcome> {
  // Before the ledger: whatever is in the list was announced there first, by a rotation that may be under way.
  const listed = provider.kind === 'issuing' ? await provider.list() : [];
  const [logins, mints] = await Promise.all([
    labelledLogins(ports.store, secret),
    ports.ledger.mints(secret.arn),
  ]);
  const { arn: secretArn } = secret;
  const issued =
    provider.kind === 'issuing'
      ? await retireIssued(ports, secret, provider, { ...current, issued: listed, logins, mints })
      : ({ kind: 'retired', retirements: [], nextLookAt: null } as const);
  if (issued.kind === 'current-not-active') return { kind: 'failed', secretArn, reason: issued.kind };
  if (issued.kind === 'held') return { ...issued, secretArn };
  const plan = planHeal(secret, mints, provider.kind, ports.now());
  if (plan.kind === 'none') return { ...issued, secretArn };
  if (await ports.isHeld(secretArn)) return { ...issued, kind: 'held', secretArn };
  const pending = await heal(ports, secret, provider, logins, plan);
  const dates = [issued.nextLookAt ?? [], nextHealAt(plan, ports.now()) ?? []].flat();
  return { ...issued, secretArn, pending, nextLookAt: dates.length === 0 ? null : Math.min(...dates) };
}
