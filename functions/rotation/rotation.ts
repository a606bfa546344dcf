import type { Credential, Provider } from '../credential/credential.ts';
import type { Redacted } from '../credential/redacted.ts';
import { parseSecret } from '../credential/schema.ts';
import type { SecretDescription, SecretValue } from '../credential/secret-reader.ts';
import type { SecretStore } from '../credential/store.ts';
import type { Proof } from '../credential/validation.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { USER_TAG } from '../observe/names.ts';
import { KeyturnError } from '../observe/shown.ts';
import type { RotationProvider } from './provider.ts';
import type { SesProvider } from './providers/ses-schema.ts';

/** One rotation of one secret, and all it may touch. */
export interface Rotation {
  readonly secret: SecretDescription;
  /** The ClientRequestToken, which is also the id of the AWSPENDING version. */
  readonly token: string;
  readonly store: SecretStore;
  readonly ledger: Pick<Ledger, 'recordMint' | 'mints' | 'recordEvent'>;
  readonly providerFor: (provider: Provider, secretName: string) => RotationProvider;
  /** One login inside the login budget. */
  readonly login: (credential: Credential, budgetMs: number) => Promise<Proof>;
  /** A new password, of at most `limit` characters (null: as long as it likes). */
  readonly newPassword: (limit: number | null) => Redacted;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Until the function must have answered. */
  readonly remainingMs: () => number;
}

/** A rotation that cannot go on. Secrets Manager retries the step later; the message is for people and holds no secret. */
export class RotationError extends KeyturnError {
  override readonly name = 'RotationError';
  /** `no-slot`: an alarm of its own waits for it. `waiting`: a person has to act first, which is no failure. */
  readonly reason: 'no-slot' | 'waiting' | undefined;

  constructor(message: string, reason?: 'no-slot' | 'waiting') {
    super(message);
    this.reason = reason;
  }
}

/** The version being made: by id and label together, so that a stale label cannot name another one. */
export function readPending({ store, secret, token }: Rotation): Promise<SecretValue> {
  return store.read(secret.arn, { versionId: token, stage: 'AWSPENDING' });
}

/** What a new version is made from: the current value's fields, which are all kept, and who issues its login. */
export interface Basis {
  readonly fields: object;
  readonly provider: Provider;
  /** Null before the first rotation. */
  readonly credential: Credential | null;
}

/** Rejects when there is nothing to rotate from. A secret without any value starts from its tags. */
export async function readBasis({ store, secret }: Rotation): Promise<Basis> {
  const value = await store.read(secret.arn, { stage: 'AWSCURRENT' });
  return value.kind === 'absent' ? basisFromTags(secret) : basisFromValue(value.text.reveal());
}

function basisFromValue(text: string): Basis {
  const parsed = parseSecret(text);
  if (parsed.kind === 'malformed') {
    throw new RotationError(
      `the current version is malformed: expected ${parsed.expected} at ${parsed.path}`,
    );
  }
  const credential = parsed.kind === 'credential' ? parsed.credential : null;
  const provider = parsed.kind === 'seed' ? parsed.provider : parsed.credential.provider;
  if (!provider)
    throw new RotationError('the secret names no `provider`, so nothing can issue a new credential');
  return { fields: JSON.parse(text), provider, credential };
}

function basisFromTags(secret: SecretDescription): Basis {
  const provider = providerInTags(secret);
  if (!provider) throw new RotationError(NO_VALUE);
  const fields = { host: `email-smtp.${provider.region}.amazonaws.com`, port: 465, provider };
  return { fields, provider, credential: null };
}

/** Who issues the credential of a secret that has no value yet. */
export function providerInTags({ arn, tags }: SecretDescription): SesProvider | null {
  const { [USER_TAG]: userName } = tags;
  return userName ? { type: 'ses', userName, region: arn.split(':')[3] ?? '' } : null;
}

const NO_VALUE = `the secret has no value: store at least { host, port, provider } in it, or tag it ${USER_TAG}=<user>; the first rotation adds the login`;

/**
 * The provider, once it is sure that the user it issues for belongs to this secret and to no other: a guard against
 * confused deputies. One that keeps names proves each credential by its name instead.
 */
export async function ownedProvider(rotation: Rotation, provider: Provider): Promise<RotationProvider> {
  const issuer = rotation.providerFor(provider, rotation.secret.name);
  if (issuer.kind !== 'issuing') return issuer;
  const owner = await issuer.owner();
  if (owner === rotation.secret.name || (owner === null && issuer.keepsNames)) return issuer;
  throw new RotationError(
    `the provider's user belongs to ${owner === null ? 'no secret' : `secret ${owner}`}, expected ${rotation.secret.name}: ` +
      'tag the IAM user with keyturn:secret=<secret name>',
  );
}
