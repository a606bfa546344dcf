import * as v from 'valibot';
import { type Endpoint, usualSecurity } from '../net/endpoint.ts';
import { KeyturnError } from '../observe/shown.ts';
import type { SecretDescription } from '../secrets/description.ts';
import type { Redacted } from '../secrets/redacted.ts';

/** All of one call to a provider, tries and waits included (ms): it must be over before the lease of a rotation step is. */
export const LONGEST_CALL_MS = 12_000;

/** One credential that exists at the provider. Times in milliseconds since 1970. */
export interface IssuedCredential {
  /** The provider's own name for it, never secret: for Amazon SES the access key id. */
  readonly id: string;
  /** The name it was minted under, where the provider keeps one: it proves whose it is. */
  readonly name: string | null;
  readonly active: boolean;
  /** Null: the provider does not say. */
  readonly createdAt: number | null;
  /** Null: never used, or the provider does not say (`lastUsed`). */
  readonly lastUsedAt: number | null;
  /** What it was last used for, in the provider's words: `ses-smtp` for a login at Amazon SES. Null: as above. */
  readonly lastUsedBy: string | null;
}

/** A new credential, as it is written into the secret. */
export interface MintedCredential {
  readonly id: string;
  readonly username: string;
  readonly password: Redacted;
  /** The same login elsewhere: with Amazon SES each region has its own password (`create-secret.ts`). */
  readonly regional?: readonly RegionalPassword[];
}

export interface RegionalPassword {
  readonly region: string;
  readonly password: Redacted;
}

/** What every provider says of itself that makes a password or takes one. */
interface PasswordProvider {
  /**
   * Where its passwords may go: its own hosts, and what the administrator's secret names besides. Never by what the
   * credential's secret says of its host.
   */
  endpoints(): Promise<readonly Endpoint[]>;
}

/** The secret for which a provider works. Its ARN alone is of one secret: names come again in other regions and accounts. */
export type ServedSecret = Pick<SecretDescription, 'arn' | 'name'>;

/** Whose an issuer's credentials are, as it says itself. */
export type Owner =
  /** Many share the account, and the name of each credential says whose it is. */
  | { readonly kind: 'shared' }
  /** A tag of the user or application names the one secret; null when it has none. */
  | { readonly kind: 'tagged'; readonly secretArn: string | null };

export const SHARED: Owner = { kind: 'shared' };

/** Issues credentials of its own making, several side by side (Amazon SES, SendGrid, Resend, Microsoft Entra). */
export interface IssuingProvider extends PasswordProvider {
  readonly kind: 'issuing';
  /** How many may exist at a time, inactive ones counted; null: no limit that matters. */
  readonly limit: number | null;
  /** Whether a credential can be switched off and on again. Without it, retirement removes. */
  readonly reversible: boolean;
  /** Whether the provider says when a credential was last used. */
  readonly lastUsed: boolean;
  /** Whether it keeps the name of a mint, so that one whose answer was lost can be found again. */
  readonly keepsNames: boolean;
  /** How long a name may be; null when `keepsNames` is false. */
  readonly nameLimit: number | null;
  owner(): Promise<Owner>;
  list(): Promise<readonly IssuedCredential[]>;
  /** Not idempotent. `name` is made from the secret and the ClientRequestToken. */
  mint(name: string): Promise<MintedCredential>;
  deactivate(id: string): Promise<void>;
  reactivate(id: string): Promise<void>;
  /** Gone for good; already gone is success. */
  remove(id: string): Promise<void>;
}

/** Takes a password that we make up, for a login that it knows (Mailgun, a password table, a webhook). */
export interface SettingProvider extends PasswordProvider {
  readonly kind: 'setting';
  /** Two logins take turns, and the replaced one works until its next turn; a single one has no overlap. */
  readonly logins: readonly [string] | readonly [string, string];
  /** The longest password that it takes, in characters; null: none that matters. */
  readonly passwordLimit: number | null;
  /** Rejects with a `ProviderError` unless the administrator allows all of `logins` to the secret. Changes nothing. */
  check(): Promise<void>;
  /** Idempotent: setting the same password again changes nothing. A login that is not allowed is refused, and nobody asked. */
  set(login: string, password: Redacted): Promise<void>;
}

/** A person makes each new credential and stores it as AWSPENDING; Keyturn proves it before it becomes current. */
export const manualSchema = v.object({ type: v.literal('manual') });

export type ManualSettings = Readonly<v.InferOutput<typeof manualSchema>>;

export interface ManualProvider {
  readonly kind: 'manual';
}

/** Who issues credentials. Calls reject with the provider's own error, or with a `ProviderError`. */
export type RotationProvider = IssuingProvider | SettingProvider | ManualProvider;

/** A provider's own hosts on the submission ports that it documents, with public certificates. */
export function submissionEndpoints(hosts: readonly string[], ports: readonly number[]): readonly Endpoint[] {
  return hosts.flatMap((host) => ports.map((port) => ({ host, port, security: usualSecurity(port) })));
}

/**
 * - `refused`: the provider will not do it; nothing was changed.
 * - `unauthorized`: it does not accept the administrator's key, or the key may not do this; nothing was changed.
 * - `rate-limited`: asked too often; nothing was changed. `retryAfterSeconds` says when, if the provider does.
 * - `endpoint-changed`: the credential's secret names another place for a password than the administrator's; nothing was sent.
 * - `unavailable`: not reached, or a fault of its own, on a request that changes nothing.
 * - `ambiguous`: the request may have been carried out, and the answer is lost: look before doing it again.
 * - `protocol`: an answer that its documentation does not know, to a request that changes nothing.
 */
export type ProviderErrorReason =
  | 'refused'
  | 'unauthorized'
  | 'rate-limited'
  | 'endpoint-changed'
  | 'unavailable'
  | 'ambiguous'
  | 'protocol';

interface ProviderErrorDetails {
  readonly status?: number;
  readonly retryAfterSeconds?: number;
}

/** What a provider's API answered instead of doing as asked. The message holds nothing that was sent or received. */
export class ProviderError extends KeyturnError {
  override readonly name = 'ProviderError';
  readonly reason: ProviderErrorReason;
  /** The HTTP status, when there was an answer. */
  readonly status: number | null;
  readonly retryAfterSeconds: number | null;

  constructor(reason: ProviderErrorReason, message: string, details: ProviderErrorDetails = {}) {
    super(message);
    this.reason = reason;
    this.status = details.status ?? null;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
  }
}

/** Whether what was to be removed is not there: to remove it again is success. */
export function isGone(error: unknown): boolean {
  return error instanceof ProviderError && error.status === 404;
}
