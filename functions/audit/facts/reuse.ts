/** A secret, and who answers for it: its tag `keyturn:owner`, null without one. */
export interface Holder {
  readonly arn: string;
  readonly owner: string | null;
}

/** What may be said of a password that several secrets hold to whoever answers for some of them. */
export interface Reuse {
  /** ARNs of one owner's secrets that hold it, named to one another. */
  readonly arns: readonly string[];
  /** Whether a secret that must not be named to them holds it, too: one of another owner, or of none. */
  readonly elsewhere: boolean;
}

/**
 * Of the holders of one password, which may be named to which: those with the same owner, to whom all of them belong.
 * Whoever may only write values, and stores guesses, is told that one is right, and not for what: not how often either.
 * Empty for a password that one secret holds.
 */
export function reusesOf(holders: readonly Holder[]): readonly Reuse[] {
  if (holders.length < 2) return [];
  const groups = Map.groupBy(holders, ({ arn, owner }) => (owner?.trim() ? `owner ${owner}` : arn));
  return [...groups.values()].map((group) => ({
    arns: group.map(({ arn }) => arn).toSorted(),
    elsewhere: groups.size > 1,
  }));
}

/** In an order that does not say which of them hold the same password. */
export function unpaired(reuses: readonly Reuse[]): readonly Reuse[] {
  return reuses.toSorted(({ arns: [a = ''] }, { arns: [b = ''] }) => (a < b ? -1 : 1));
}
