import type { Endpoint } from '../../net/endpoint.ts';
import { SECRET_TAG, USER_TAG } from '../../observe/names.ts';
import { KeyturnError } from '../../observe/shown.ts';
import type { RotationProvider, ServedSecret } from '../../providers/provider.ts';
import { type Credential, type Provider, parseSecret } from '../../providers/secret.ts';
import { type SesProvider, sesHost } from '../../providers/ses.ts';
import { everyEndpoint } from '../../secrets/credential.ts';
import type { Redacted } from '../../secrets/redacted.ts';

import type { SecretDescription, SecretValue } from '../../secrets/secret-reader.ts';
import type { SecretStore } from '../../secrets/store.ts';
import type { LoginOutcome } from '../../smtp/login-result.ts';
import type { Ledger } from '../../table/ledger.ts';

/** What an operator has asked for, under an id that is the ClientRequestToken of the rotation it starts. */
export interface RotationRequest {
  readonly operation: string;
  readonly secretArn: string;
  /** An ARN. */
  readonly who: string;
  readonly reason: string | null;
}

/** One rotation of one secret, and all it may touch. */
export interface Rotation {
  readonly secret: SecretDescription;
  /** The ClientRequestToken, which is also the id of the AWSPENDING version. */
  readonly token: string;
  readonly store: SecretStore;
  readonly ledger: Pick<
    Ledger,
    'recordMint' | 'mints' | 'recordProof' | 'proofOf' | 'recordEvent' | 'acceptedEndpoints'
  >;
  /** The operation of this id, if an operator has asked for one. */
  readonly requestOf: (operationId: string) => Promise<RotationRequest | null>;
  readonly providerFor: (provider: Provider, secret: ServedSecret) => RotationProvider;
  /** One login inside the login budget. */
  readonly login: (credential: Credential, budgetMs: number) => Promise<LoginOutcome>;
  /** A new password, of at most `limit` characters (null: as long as it likes). */
  readonly newPassword: (limit: number | null) => Redacted;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Until the function must have answered. */
  readonly remainingMs: () => number;
}

/**
 * `no-slot`: an alarm of its own waits for it. `waiting`: a person has to act first, which is no failure.
 * `endpoint-changed`: a password would have gone where nobody allowed it (endpoint-rule.ts).
 */
export type RotationErrorReason = 'no-slot' | 'waiting' | 'endpoint-changed';

/** A rotation that cannot go on. Secrets Manager retries the step later; the message is for people and holds no secret. */
export class RotationError extends KeyturnError {
  override readonly name = 'RotationError';
  readonly reason: RotationErrorReason | undefined;

  constructor(message: string, reason?: RotationErrorReason) {
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
  /** Every place that the fields name. */
  readonly endpoints: readonly Endpoint[];
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
  const named = parsed.kind === 'credential' ? parsed.credential : parsed;
  const { provider } = named;
  if (!provider)
    throw new RotationError('the secret names no `provider`, so nothing can issue a new credential');
  return { fields: JSON.parse(text), provider, endpoints: everyEndpoint(named), credential };
}

function basisFromTags(secret: SecretDescription): Basis {
  const provider = providerInTags(secret);
  if (!provider) throw new RotationError(NO_VALUE);
  const endpoint = { host: sesHost(provider.region), port: 465 };
  return {
    fields: { ...endpoint, provider },
    provider,
    endpoints: [{ ...endpoint, security: 'tls' }],
    credential: null,
  };
}

/** Who issues the credential of a secret that has no value yet. */
export function providerInTags({ arn, tags }: SecretDescription): SesProvider | null {
  const { [USER_TAG]: userName } = tags;
  return userName ? { type: 'ses', userName, region: arn.split(':')[3] ?? '' } : null;
}

const NO_VALUE = `the secret has no value: store at least { host, port, provider } in it, or tag it ${USER_TAG}=<user>; the first rotation adds the login`;

/**
 * The provider, once it is sure that what it issues for belongs to this secret and to no other, and that its administrator
 * allows all that the secret asks for: a guard against confused deputies.
 */
export async function ownedProvider(rotation: Rotation, provider: Provider): Promise<RotationProvider> {
  const { secret } = rotation;
  const issuer = rotation.providerFor(provider, secret);
  if (issuer.kind === 'setting') await issuer.check();
  const trouble = await ownershipTrouble(issuer, secret.arn);
  if (trouble !== null) throw new RotationError(trouble);
  return issuer;
}

/** Null: the provider's user or application belongs to this secret, or there is none that could belong to one. */
export async function ownershipTrouble(
  provider: RotationProvider,
  secretArn: string,
): Promise<string | null> {
  if (provider.kind !== 'issuing') return null;
  const owner = await provider.owner();
  if (owner.kind === 'shared' || owner.secretArn === secretArn) return null;
  const whose = owner.secretArn === null ? 'no secret' : owner.secretArn;
  return (
    `the provider's user or application belongs to ${whose}, expected ${secretArn}: ` +
    `if it is this secret's, tag it with ${SECRET_TAG}=${secretArn}`
  );
}
