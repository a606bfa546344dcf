import type { IssuedCredential, IssuingProvider } from '../providers/provider.ts';
import type { Mint } from '../table/items.ts';
import { endOf, SETTLING_MS } from './lease.ts';
import type { Claim } from './ownership.ts';

export interface ProviderState extends Pick<Claim, 'labelled' | 'mints' | 'nameOf'> {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly issued: readonly IssuedCredential[];
  /** Those that are provably this secret's (`ownIn`). */
  readonly own: ReadonlySet<string>;
  readonly limit: IssuingProvider['limit'];
}

export type MintPlan =
  /** Remove these orphans, then mint. */
  | { readonly kind: 'mint'; readonly orphans: readonly string[] }
  | { readonly kind: 'no-slot'; readonly message: string };

/** Makes room for a new credential by removing orphans, and nothing else. */
export function planMint(state: ProviderState): MintPlan {
  const orphans = orphansIn(state);
  const staying = state.issued.filter(({ id }) => !orphans.includes(id));
  if (state.limit === null || staying.length < state.limit) return { kind: 'mint', orphans };
  return { kind: 'no-slot', message: noSlot(staying, state) };
}

/**
 * Credentials whose password was lost in a crash: in no labelled version, never used, and provably ours, that is of an
 * attempt that the ledger opened and never closed, and that cannot be under way any more.
 */
export function orphansIn(state: Omit<ProviderState, 'limit' | 'own'>): readonly string[] {
  const { issued, labelled, mints, now, nameOf } = state;
  const closed = new Set(mints.map(({ credentialId }) => credentialId));
  const unowned = issued.filter(
    ({ id, lastUsedAt }) => !labelled.has(id) && !closed.has(id) && lastUsedAt === null,
  );
  const dead = mints.filter((mint) => mint.credentialId === null && endOf(mint) <= now);
  const orphans = dead.flatMap((mint) => (nameOf ? named(nameOf(mint.token), unowned) : born(mint, unowned)));
  return orphans.map(({ id }) => id);
}

function named(name: string, unowned: readonly IssuedCredential[]): readonly IssuedCredential[] {
  return unowned.filter((credential) => credential.name === name);
}

/** One attempt makes one credential at most: of two that were made in its time, neither is proven to be it. */
function born(
  { startedAt, endsBy }: Mint,
  unowned: readonly IssuedCredential[],
): readonly IssuedCredential[] {
  const candidates = unowned.filter(
    ({ createdAt }) =>
      createdAt !== null && createdAt >= startedAt - SETTLING_MS && createdAt <= endsBy + SETTLING_MS,
  );
  return candidates.length === 1 ? candidates : [];
}

function noSlot(staying: readonly IssuedCredential[], { labelled, own, limit }: ProviderState): string {
  const whose = (id: string) =>
    labelled.has(id) ? 'in this secret' : own.has(id) ? 'ours, to be retired' : 'not ours';
  const named = staying.map(({ id }) => `${id} (${whose(id)})`);
  return `all ${limit} credentials of this user are taken: ${named.join(', ')}. Retire the replaced one, or remove the foreign one by hand, then rotate again`;
}
