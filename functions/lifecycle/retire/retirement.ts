import { shownText } from '../../observe/shown.ts';
import type { IssuingProvider } from '../../providers/provider.ts';
import type { Credential } from '../../providers/secret.ts';
import { type SecretDescription, versionWith } from '../../secrets/description.ts';
import type { SecretStore } from '../../secrets/store.ts';
import type { LoginOutcome } from '../../smtp/login-result.ts';
import type { Ledger } from '../../table/ledger.ts';
import { type HealPorts, heal, type PendingOutcome } from '../healing.ts';
import { LOGIN_BUDGET_MS } from '../lease.ts';
import { type Done, nextLookAt, type Retirement, type Waits } from '../retirable.ts';
import { overdueFrom, type Situation, situationOf } from '../situation.ts';
import { labelled, type SnapshotPorts, type Taken, takeSnapshot } from '../snapshot.ts';
import { type HealPlan, nextHealAt, planHeal } from '../stuck.ts';

export interface RetirementPorts extends SnapshotPorts, HealPorts, Waits {
  readonly store: SecretStore;
  readonly ledger: SnapshotPorts['ledger'] & HealPorts['ledger'] & Pick<Ledger, 'recordDeactivation'>;
  /** One login inside the login budget. */
  readonly login: (credential: Credential, budgetMs: number) => Promise<LoginOutcome>;
  /** Whether the secret is still this look's alone (look.ts): what an operation is about to bring back must not be taken away. */
  readonly keepsLease: () => Promise<boolean>;
}

/** What a look sees of a secret besides what is to be retired. */
export interface Seen {
  /** The version with AWSCURRENT; null: none has it. */
  readonly versionId: string | null;
  /** When the next rotation is missing (ms since 1970); null when none is planned. */
  readonly overdueFrom: number | null;
}

/** `seen` is absent where the secret could not even be described. */
export type RetirementOutcome = Outcome & { readonly seen?: Seen };

type Outcome =
  | {
      readonly kind: 'retired';
      readonly secretArn: string;
      readonly retirements: readonly Done[];
      readonly pending?: PendingOutcome;
      /** When something is due next (ms since 1970), as far as can be told now; null: not before the next rotation. */
      readonly nextLookAt: number | null;
    }
  /** Put off: an operation or another look has the secret in hand, or it changed while it was read. */
  | {
      readonly kind: 'held' | 'stale-read';
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
  /** It ended the process that looked at it, or gave that no chance to answer in time. */
  | 'crashed';

/**
 * Retires what the last rotations of one secret replaced, and ends a rotation that stands still for ever. Idempotent:
 * each run does the next due step, and no more. Alone on its secret (look.ts).
 */
export async function retireReplaced(ports: RetirementPorts, secretId: string): Promise<RetirementOutcome> {
  const secret = await ports.store.describe(secretId);
  if (secret.kind === 'denied') return failed(secretId, 'not-managed');
  if (secret.kind === 'not-found' || secret.deletedAt !== null) return failed(secretId, 'not-found');
  if (!secret.managed) return failed(secretId, 'not-managed');
  const seen = {
    versionId: versionWith('AWSCURRENT', secret) ?? null,
    overdueFrom: overdueFrom(secret.schedule),
  };
  const outcome = await retireIn(ports, secret).catch((error: unknown) => failure(secret.arn, error));
  return { ...outcome, seen };
}

/** It is alarmed by its metric. */
export function failure(secretArn: string, error: unknown): RetirementOutcome {
  return failed(secretArn, 'aws-error', shownText(error));
}

async function retireIn(ports: RetirementPorts, secret: SecretDescription): Promise<Outcome> {
  const taken = await takeSnapshot(ports, secret, 'issued');
  if ('fault' in taken) throw taken.fault;
  const situation = situationOf(taken.snapshot, ports);
  if (!situation.settled) return { kind: 'stale-read', secretArn: secret.arn, retirements: [] };
  const hindrance = hindranceIn(situation);
  if (hindrance === null) return actOn(ports, taken, situation);
  if (situation.pending.kind === 'open' && situation.pending.refused)
    await healRefused(ports, taken, situation);
  return hindrance;
}

/** Why nothing can be retired; null when it can. */
function hindranceIn(situation: Situation): Outcome | null {
  const { secret, issuer, retirement } = situation;
  const { arn: secretArn } = secret;
  if (labelled('AWSCURRENT', situation)?.content === 'malformed')
    return failed(secretArn, 'malformed-secret');
  if (issuer.kind === 'none') return { kind: 'nothing-to-retire', secretArn };
  if (issuer.kind === 'not-owner') return failed(secretArn, 'not-owner', issuer.message);
  return retirement.kind === 'plan' ? null : failed(secretArn, retirement.kind);
}

/** Such a rotation has made nothing, so its AWSPENDING may go, whatever keeps the rest from being looked at. */
async function healRefused(ports: RetirementPorts, taken: Taken, { pending }: Situation): Promise<void> {
  const healing = planHeal(pending, ports.now(), 'patient');
  if (healing.kind !== 'none' && (await ports.keepsLease())) await heal(ports, taken, healing);
}

function failed(secretArn: string, reason: FailureReason, message?: string): Outcome {
  return { kind: 'failed', secretArn, reason, ...(message !== undefined && { message }) };
}

async function actOn(ports: RetirementPorts, taken: Taken, situation: Situation): Promise<Outcome> {
  const { secret, retirement: plan } = situation;
  const retirements = plan.kind === 'plan' ? plan.retirements : [];
  const done: Done[] = [];
  const held = (): Outcome => ({ kind: 'held', secretArn: secret.arn, retirements: done });
  for (const retirement of retirements) {
    const isIdle = retirement.action === 'wait' || retirement.action === 'leave';
    if (!isIdle && !(await ports.keepsLease())) return held();
    done.push(isIdle ? retirement : await act(ports, taken, retirement));
  }
  const healing = planHeal(situation.pending, ports.now(), 'patient');
  if (acts(healing) && !(await ports.keepsLease())) return held();
  const pending = healing.kind === 'none' ? {} : { pending: await heal(ports, taken, healing) };
  const nextAt = earliest(nextLookAt(situation, done), nextHealAt(healing, ports.now()));
  return { kind: 'retired', secretArn: secret.arn, retirements: done, ...pending, nextLookAt: nextAt };
}

function acts({ kind }: HealPlan): boolean {
  return kind !== 'none' && kind !== 'wait';
}

export function earliest(...dates: readonly (number | null)[]): number | null {
  const known = dates.filter((date) => date !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** The ledger is told first: after a crash in between the soak is counted from too early by seconds, never by days. */
async function act(ports: RetirementPorts, taken: Taken, retirement: Retirement): Promise<Done> {
  const { ledger, now } = ports;
  const { id, action } = retirement;
  const { arn } = taken.snapshot.secret;
  const provider = issuing(taken);
  const note = (fields: object) =>
    ledger.recordDeactivation(arn, { credentialId: id, deactivatedAt: now(), ...fields });
  switch (action) {
    case 'begin-soak':
      await note({ quarantined: true });
      break;
    case 'deactivate':
      await note({});
      await provider.deactivate(id);
      break;
    case 'reactivate':
      await provider.reactivate(id);
      await note({});
      break;
    case 'remove':
      await note({ removedAt: now() });
      await provider.remove(id);
      break;
    case 'confirm-refusal':
      return confirmRefusal(ports, taken, retirement);
    default:
      return retirement;
  }
  await ledger.recordEvent(arn, 'credential.retired', now(), { credentialId: id, result: action });
  return retirement;
}

function issuing({ provider }: Taken): IssuingProvider {
  if (provider?.kind !== 'issuing') throw new Error('bug: only an issued credential can be retired');
  return provider;
}

/** A removed credential must be refused; a definite answer is kept, so that a refused one is not tried again. */
async function confirmRefusal(
  { ledger, login, now }: RetirementPorts,
  { snapshot, values }: Taken,
  retirement: Retirement,
): Promise<Done> {
  const { id } = retirement;
  const { arn } = snapshot.secret;
  const { versionId = '' } = snapshot.versions.find((one) => one.id === id) ?? {};
  const parsed = values.get(versionId)?.parsed;
  if (parsed?.kind !== 'credential') return retirement;
  const { result } = await login(parsed.credential, LOGIN_BUDGET_MS);
  const answer = ANSWERS[result.credential];
  if (answer !== 'unknown') {
    await ledger.recordEvent(arn, 'cred.previous-revoked', now(), { credentialId: id, result: answer });
    const fields = { deactivatedAt: now(), removedAt: now(), refused: answer === 'refused' };
    await ledger.recordDeactivation(arn, { credentialId: id, ...fields });
  }
  return { ...retirement, login: answer };
}

const ANSWERS = { good: 'accepted', bad: 'refused', unknown: 'unknown' } as const;
