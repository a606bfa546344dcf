import type { Mint } from '../ledger/ledger.ts';
import type { IssuedCredential } from './provider.ts';

/** Clocks of IAM and of the function may differ by this much (ms). */
const CLOCK_SKEW_MS = 60_000;
/** A Lambda invocation cannot outlive this (ms); a key minted by one was created within it. */
const LONGEST_INVOCATION_MS = 15 * 60_000;

export interface ProviderState {
  readonly issued: readonly IssuedCredential[];
  /** Ids in any labelled version of the secret: AWSCURRENT, AWSPREVIOUS, AWSPENDING. */
  readonly labelled: ReadonlySet<string>;
  /** The ledger's attempts to mint for this secret. */
  readonly mints: readonly Mint[];
  readonly limit: number;
}

export type MintPlan =
  /** Remove these orphans, then mint. */
  | { readonly kind: 'mint'; readonly orphans: readonly string[] }
  | { readonly kind: 'no-slot'; readonly message: string };

/**
 * Makes room for a new credential. Removes only orphans: in no labelled version, never used, and provably ours,
 * that is created during an attempt to mint that the ledger opened and never closed (its password was lost).
 */
export function planMint({ issued, labelled, mints, limit }: ProviderState): MintPlan {
  const orphans = issued.filter((key) => isOrphan(key, labelled, mints)).map(({ id }) => id);
  const staying = issued.filter(({ id }) => !orphans.includes(id));
  if (staying.length < limit) return { kind: 'mint', orphans };
  return { kind: 'no-slot', message: noSlot(staying, labelled, limit) };
}

function isOrphan(
  { id, lastUsedAt, createdAt }: IssuedCredential,
  labelled: ReadonlySet<string>,
  mints: readonly Mint[],
) {
  if (labelled.has(id) || lastUsedAt !== null) return false;
  if (mints.some(({ accessKeyId }) => accessKeyId === id)) return false;
  return mints.some(
    ({ startedAt, accessKeyId }) =>
      accessKeyId === null &&
      createdAt >= startedAt - CLOCK_SKEW_MS &&
      createdAt <= startedAt + LONGEST_INVOCATION_MS + CLOCK_SKEW_MS,
  );
}

function noSlot(staying: readonly IssuedCredential[], labelled: ReadonlySet<string>, limit: number): string {
  const named = staying.map(({ id }) => `${id} (${labelled.has(id) ? 'in this secret' : 'not ours'})`);
  return `all ${limit} credentials of this user are taken: ${named.join(', ')}. Retire the replaced one, or remove the foreign one by hand, then rotate again`;
}
