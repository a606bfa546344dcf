import type { RotationProvider } from '../../../../../functions/providers/provider.ts';
import type { Credential } from '../../../../../functions/providers/secret.ts';

/** A credential as it is at the provider: what no function can see in full, and every invariant is checked against. */
export interface Standing {
  readonly id: string;
  readonly active: boolean;
  /** Made by somebody else: nobody here may ever touch it. */
  readonly foreign: boolean;
  readonly lastUsedAt: number | null;
}

/** One kind of provider, in this process. */
export interface Subject {
  readonly provider: RotationProvider;
  /** How many credentials may stand side by side; null: as many as one likes. */
  readonly limit: number | null;
  /** False where the new password takes the old one's place: then the pending one counts, too. */
  readonly overlaps: boolean;
  /** Whether a login would succeed now. A `use` counts for the provider's last-used figure. */
  accepts(credential: Credential, use: boolean): boolean;
  standing(): readonly Standing[];
  /** Somebody else makes a credential for the same user; does nothing where that cannot be. */
  addForeign(): void;
  /** Its owner takes that one away. */
  removeForeign(): void;
  /** How often one more credential was asked for than may be. */
  readonly refusedForLimit: number;
}
