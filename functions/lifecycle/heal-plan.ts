import type { RotationProvider } from '../providers/provider.ts';
import { type SecretDescription, versionWith } from '../secrets/secret-reader.ts';
import type { Mint } from '../table/items.ts';
import { endOf } from './lease.ts';

const DAY_MS = 24 * 60 * 60_000;
/** So long (ms) a rotation that stands still is waited for: for Secrets Manager's own tries, or for a person to act. */
const PATIENCE_MS = { issuing: DAY_MS, setting: DAY_MS, manual: 7 * DAY_MS } as const;
/** Lambda's longest invocation, and a margin for clocks (ms): who began before a rotation was given up has ended. */
const LONGEST_STEP_MS = 16 * 60_000;

export type HealPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'wait'; readonly token: string; readonly until: number }
  /** Its rotation had ended well, and then somebody went back: clients may still use its credential, which stays. */
  | { readonly kind: 'unlabel'; readonly token: string }
  /** From now on no step acts for this token. */
  | { readonly kind: 'abandon'; readonly token: string; readonly mint: Mint }
  /** No rotation can be alive: revoke its credential, then remove AWSPENDING. */
  | { readonly kind: 'heal'; readonly token: string; readonly mint: Mint };

/**
 * What to do with an AWSPENDING that was left behind, which keeps Secrets Manager from rotating ever again. On the
 * current version it is nothing but a trace of the last rotation.
 */
export function planHeal(
  secret: SecretDescription,
  mints: readonly Mint[],
  kind: RotationProvider['kind'],
  now: number,
): HealPlan {
  const token = versionWith('AWSPENDING', secret);
  if (token === undefined || token === versionWith('AWSCURRENT', secret)) return { kind: 'none' };
  if (token === versionWith('AWSPREVIOUS', secret)) return { kind: 'unlabel', token };
  const mint = mints.find((one) => one.token === token) ?? neverMade(token);
  if (mint.abandonedAt !== undefined) return healing(token, { ...mint, abandonedAt: mint.abandonedAt }, now);
  const stillSince = Math.max(endOf(mint), secret.lastChangedAt ?? 0);
  const until = stillSince + PATIENCE_MS[kind];
  return now < until ? { kind: 'wait', token, until } : { kind: 'abandon', token, mint };
}

function healing(token: string, mint: Mint & { readonly abandonedAt: number }, now: number): HealPlan {
  const until = mint.abandonedAt + LONGEST_STEP_MS;
  return now < until ? { kind: 'wait', token, until } : { kind: 'heal', token, mint };
}

/** When the next thing is due, once this has been done; null when nothing is. */
export function nextHealAt(plan: HealPlan, now: number): number | null {
  if (plan.kind === 'wait') return plan.until;
  return plan.kind === 'abandon' ? now + LONGEST_STEP_MS : null;
}

/** createSecret never came so far: nothing can have been made in its name, at any time. */
function neverMade(token: string): Mint {
  return { token, startedAt: 0, endsBy: 0, credentialId: null };
}
