import type { SecretDescription } from '../secrets/description.ts';
import type { Mint } from '../table/items.ts';
import { UNRULED } from './endpoints.ts';
import { endOf, LONGEST_STEP_MS, STEP_TIMEOUT_MS } from './lease.ts';
import { whoseIs } from './ownership.ts';
import { pendingIn, type Snapshot, type Version, wasCurrent } from './snapshot.ts';

const DAY_MS = 24 * 60 * 60_000;
/** A rotation without a sign of life for so long (ms) is not under way: its four steps take no longer than their timeouts. */
export const STUCK_AFTER_MS = 4 * STEP_TIMEOUT_MS;
/**
 * So long (ms) after its last sign of life a rotation is stuck, and so long retirement, unasked, leaves it to Secrets Manager's
 * own tries. A person is waited for by everybody: without the token they could not store what they make.
 */
const PATIENCE_MS = {
  rotation: { stuck: STUCK_AFTER_MS, givenUp: DAY_MS },
  person: { stuck: 7 * DAY_MS, givenUp: 7 * DAY_MS },
} as const;

/** A rotation that has not ended: AWSPENDING on a version that is not current. Times in milliseconds since 1970. */
export type PendingState =
  | { readonly kind: 'none' }
  /** It had ended well, and then somebody went back: clients may still use its credential, which stays. */
  | { readonly kind: 'ended'; readonly token: string }
  | {
      readonly kind: 'open';
      readonly token: string;
      readonly mint: Mint;
      /** From then on it is stuck: nobody is at work for it, no person either. */
      readonly stuckFrom: number;
      /** From then on nobody is expected to take it up again either. */
      readonly givenUpFrom: number;
      /** createSecret has refused it, and nothing was made in its name. */
      readonly refused: boolean;
      readonly whose: ReturnType<typeof whoseIs>;
    };

/** How the version under AWSPENDING stands, which on the current version is nothing but a trace of the last rotation. */
export function pendingState(
  snapshot: Pick<Snapshot, 'secret' | 'versions' | 'issuer' | 'mints' | 'proof'>,
): PendingState {
  const version = pendingIn(snapshot);
  if (!version) return { kind: 'none' };
  const { versionId: token } = version;
  if (wasCurrent(version)) return { kind: 'ended', token };
  const { mints, issuer } = snapshot;
  const mint = mints.find((one) => one.token === token) ?? neverMade(token);
  const refused = mint.refusedAt !== undefined && version.content === 'empty';
  const heardOf = lastSignOfLife(mint, snapshot);
  const patience = issuer.kind === 'manual' ? PATIENCE_MS.person : PATIENCE_MS.rotation;
  return {
    kind: 'open',
    token,
    mint,
    stuckFrom: refused ? (mint.refusedAt ?? 0) : heardOf + patience.stuck,
    givenUpFrom: refused ? (mint.refusedAt ?? 0) : heardOf + patience.givenUp,
    refused,
    whose: whoseIs(version, snapshot),
  };
}

/** The same, as far as labels and dates alone tell, for who reads no more than them. `byPerson`: one makes the credential. */
export function pendingByLabels(secret: SecretDescription, byPerson: boolean): PendingState {
  const versions = Object.entries(secret.stages).map(([versionId, labels]) => unread(versionId, labels));
  const issuer = { kind: byPerson ? 'manual' : 'unasked' } as const;
  // Stryker disable next-line ArrayDeclaration: only attempts with a token are looked for
  return pendingState({ secret, versions, issuer, mints: [], proof: null });
}

function unread(versionId: string, labels: readonly string[]): Version {
  const content = { content: 'empty', fault: null, id: null, username: null, createdAt: null } as const;
  return { versionId, labels, ...content, endpoints: UNRULED };
}

function lastSignOfLife(mint: Mint, { secret, proof }: Pick<Snapshot, 'secret' | 'proof'>): number {
  const tested = proof?.token === mint.token ? proof.startedAt : 0;
  return Math.max(endOf(mint), secret.lastChangedAt ?? 0, tested);
}

/** createSecret never came so far: nothing can have been made in its name, at any time. */
export function neverMade(token: string): Mint {
  return { token, startedAt: 0, endsBy: 0, credentialId: null };
}

/** Whether nobody is at work for it any more, or nobody may be. */
export function isStuck(pending: PendingState, now: number): boolean {
  if (pending.kind !== 'open') return pending.kind === 'ended';
  return now >= pending.stuckFrom || pending.mint.abandonedAt !== undefined;
}

export type HealPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'wait'; readonly token: string; readonly until: number }
  /** Its credential stays. */
  | { readonly kind: 'unlabel'; readonly token: string }
  /** From now on no step acts for this token. */
  | { readonly kind: 'abandon'; readonly token: string; readonly mint: Mint }
  /** No step can be at work: revoke its credential, then remove AWSPENDING. */
  | { readonly kind: 'heal'; readonly token: string; readonly mint: Mint };

/** `at-once`: somebody has decided that the rotation shall end, whoever is at work for it. */
export type Patience = 'patient' | 'when-stuck' | 'at-once';

/** What to do about an AWSPENDING that was left behind, which keeps Secrets Manager from rotating ever again. */
export function planHeal(pending: PendingState, now: number, patience: Patience): HealPlan {
  if (pending.kind === 'none') return pending;
  const { token } = pending;
  if (pending.kind === 'ended') return { kind: 'unlabel', token };
  const { mint, refused } = pending;
  if (mint.abandonedAt !== undefined) {
    const until = mint.abandonedAt + (refused ? 0 : LONGEST_STEP_MS);
    return now < until ? { kind: 'wait', token, until } : { kind: 'heal', token, mint };
  }
  const until = { patient: pending.givenUpFrom, 'when-stuck': pending.stuckFrom, 'at-once': now }[patience];
  if (now < until) return { kind: 'wait', token, until };
  return refused
    ? { kind: 'heal', token, mint: { ...mint, abandonedAt: now } }
    : { kind: 'abandon', token, mint };
}

/** When the next thing is due, once this has been done; null when nothing is. */
export function nextHealAt(plan: HealPlan, now: number): number | null {
  if (plan.kind === 'wait') return plan.until;
  return plan.kind === 'abandon' ? now + LONGEST_STEP_MS : null;
}
