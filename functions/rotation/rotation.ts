import type { Credential, Provider } from '../credential/credential.ts';
import { parseSecret } from '../credential/schema.ts';
import type { SecretDescription, SecretValue } from '../credential/secret-reader.ts';
import type { SecretStore } from '../credential/store.ts';
import type { Proof } from '../credential/validation.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { USER_TAG } from '../observe/names.ts';
import type { RotationProvider } from './provider.ts';

/** One rotation of one secret, and all it may touch. */
export interface Rotation {
  readonly secret: SecretDescription;
  /** The ClientRequestToken, which is also the id of the AWSPENDING version. */
  readonly token: string;
  readonly store: SecretStore;
  readonly ledger: Pick<Ledger, 'recordMint' | 'mints' | 'recordEvent'>;
  readonly providerFor: (provider: Provider) => RotationProvider;
  /** One login inside the login budget. */
  readonly login: (credential: Credential, budgetMs: number) => Promise<Proof>;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Until the function must have answered. */
  readonly remainingMs: () => number;
}

/** A rotation that cannot go on. Secrets Manager retries the step later; the message is for people and holds no secret. */
export class RotationError extends Error {
  override readonly name = 'RotationError';
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

function basisFromTags({ arn, tags }: SecretDescription): Basis {
  const userName = tags[USER_TAG];
  if (!userName) throw new RotationError(NO_VALUE);
  const region = arn.split(':')[3] ?? '';
  const provider: Provider = { type: 'ses', userName, region };
  return {
    fields: { host: `email-smtp.${region}.amazonaws.com`, port: 465, provider },
    provider,
    credential: null,
  };
}

const NO_VALUE = `the secret has no value: store at least { host, port, provider } in it, or tag it ${USER_TAG}=<user>; the first rotation adds the login`;

/** The provider, once it is sure that its user belongs to this secret and to no other: a guard against confused deputies. */
export async function ownedProvider(rotation: Rotation, provider: Provider): Promise<RotationProvider> {
  const issuer = rotation.providerFor(provider);
  const owner = await issuer.owner();
  if (owner === rotation.secret.name) return issuer;
  throw new RotationError(
    `the provider's user belongs to ${owner === null ? 'no secret' : `secret ${owner}`}, expected ${rotation.secret.name}: ` +
      'tag the IAM user with keyturn:secret=<secret name>',
  );
}
