import type { Redacted } from '../credential/redacted.ts';

/** One credential that exists at the provider. Times in milliseconds since 1970. */
export interface IssuedCredential {
  /** For Amazon SES the access key id, which is also the SMTP user name. */
  readonly id: string;
  readonly active: boolean;
  readonly createdAt: number;
  /** Null: never used. */
  readonly lastUsedAt: number | null;
}

export interface MintedCredential {
  readonly id: string;
  readonly username: string;
  readonly password: Redacted;
}

/** Who issues credentials. All calls are idempotent but `mint`; they reject with the provider's own error. */
export interface RotationProvider {
  /** How many credentials may exist at a time, inactive ones counted. */
  readonly limit: number;
  /** The name of the one secret that these credentials belong to, as the provider has it; null when it does not say. */
  owner(): Promise<string | null>;
  list(): Promise<readonly IssuedCredential[]>;
  mint(): Promise<MintedCredential>;
  deactivate(id: string): Promise<void>;
  reactivate(id: string): Promise<void>;
  /** Gone for good; already gone is success. */
  remove(id: string): Promise<void>;
}
