import * as v from 'valibot';
import type {
  IssuingProvider,
  MintedCredential,
  RegionalPassword,
  SettingProvider,
} from '../../providers/provider.ts';
import type { Credential } from '../../providers/secret.ts';
import { sesHost } from '../../providers/ses.ts';
import { idOf } from '../../secrets/credential.ts';
import { versionWith } from '../../secrets/description.ts';
import { Redacted } from '../../secrets/redacted.ts';
import type { Mint } from '../../table/items.ts';
import { lease } from '../lease.ts';
import { nameOf } from '../ownership.ts';
import { type NotPossible, type NotPossibleReason, possibleFrom } from '../possible-from.ts';
import { type Situation, situationOf } from '../situation.ts';
import { providerInTags, type Taken } from '../snapshot.ts';
import { neverMade, STUCK_AFTER_MS } from '../stuck.ts';
import { type Rotation, RotationError } from './rotation.ts';

/**
 * Step 1. A new credential is issued, or a password made for the login whose turn it is, and stored as AWSPENDING. Where
 * a person has to do it, the step fails, and says how, until that is done.
 */
export async function createSecret(rotation: Rotation, taken: Taken): Promise<'minted' | 'password-made'> {
  const situation = situationOf(taken.snapshot, rotation);
  const possibility = possibleFrom(situation, rotation.token);
  if (!possibility.possible) throw await refused(rotation, situation, possibility);
  await lookAfter(rotation, STUCK_AFTER_MS);
  const { provider } = taken;
  if (provider?.kind === 'setting') return makePassword(rotation, provider, taken);
  if (provider?.kind !== 'issuing') throw new Error('bug: possible, and nobody to issue it');
  return issueCredential(rotation, provider, { taken, situation });
}

/** What only a person or time can change about it, or what passes, is left to the next try under this token. */
const UNDECIDED: ReadonlySet<NotPossibleReason> = new Set(['manual', 'provider-trouble']);

/** That nothing was made is written down, so that whoever looks next knows that nobody is at work. */
async function refused(
  rotation: Rotation,
  { mints }: Situation,
  { reason, message }: NotPossible,
): Promise<RotationError> {
  const { ledger, secret, token, now } = rotation;
  const own = mints.find((mint) => mint.token === token) ?? neverMade(token);
  const record = async () => {
    if (UNDECIDED.has(reason)) return lookAfter(rotation, STUCK_AFTER_MS);
    await ledger.amendMint(secret.arn, { ...own, refusedAt: now() });
    await lookAfter(rotation, 0);
  };
  // Without it the rotation is healed all the same, only later.
  await record().catch(() => {});
  return new RotationError(message, reason);
}

/** AWSPENDING is there by now: if nothing comes of it, a look has to take it away. */
function lookAfter({ agenda, secret, now }: Rotation, ms: number): Promise<void> {
  return agenda.put(secret.arn, { versionId: null, dueAt: now() + ms }, now());
}

interface Seen {
  readonly taken: Taken;
  readonly situation: Situation;
}

/**
 * Removes orphans, mints, stores. A crash between mint and store leaves an orphan that the next try can prove to be ours
 * and removes.
 */
async function issueCredential(
  rotation: Rotation,
  provider: IssuingProvider,
  { taken, situation }: Seen,
): Promise<'minted'> {
  const { ledger, secret, token, now } = rotation;
  for (const orphan of situation.orphans) await provider.remove(orphan);
  const attempt = lease(token, now());
  await ledger.recordMint(secret.arn, attempt);
  const minted = await provider.mint(nameOf(provider, secret.arn)?.(token) ?? '');
  const giveBack = () => provider.remove(minted.id);
  if (now() > attempt.endsBy) {
    await giveBack();
    throw new RotationError('the provider took too long to make a credential, which was removed; try again');
  }
  await storePending(rotation, pendingValue(fieldsIn(taken), minted), giveBack);
  await ledger.recordMint(secret.arn, { ...attempt, endsBy: now(), credentialId: minted.id });
  return 'minted';
}

/** Stores a new password for the login whose turn it is. The provider hears of it in setSecret. */
async function makePassword(
  rotation: Rotation,
  provider: SettingProvider,
  taken: Taken,
): Promise<'password-made'> {
  const { ledger, secret, token, now } = rotation;
  const login = nextLogin(provider.logins, currentIn(taken)?.username ?? null);
  const password = rotation.newPassword(provider.passwordLimit);
  const attempt = lease(token, now());
  await ledger.recordMint(secret.arn, attempt);
  await storePending(rotation, pendingValue(fieldsIn(taken), { id: login, username: login, password }));
  await ledger.recordMint(secret.arn, { ...attempt, endsBy: now(), credentialId: login });
  return 'password-made';
}

/** The login whose password is set next: of two the one that is not in use, so that the one in use goes on working. */
export function nextLogin([first, second]: SettingProvider['logins'], current: string | null): string {
  return second !== undefined && first === current ? second : first;
}

/** What a new version is made from: the current value's fields, which are all kept; without any value, the tags. */
function fieldsIn({ snapshot: { secret }, values }: Taken): object {
  const current = values.get(versionWith('AWSCURRENT', secret) ?? '');
  if (current) return JSON.parse(current.text.reveal());
  const provider = providerInTags(secret);
  return { host: sesHost(provider?.region ?? ''), port: 465, provider };
}

/** Null before the first rotation. */
export function currentIn({ snapshot: { secret }, values }: Taken): Credential | null {
  const parsed = values.get(versionWith('AWSCURRENT', secret) ?? '')?.parsed;
  return parsed?.kind === 'credential' ? parsed.credential : null;
}

/** Stores the new value under this rotation's token. `whenRefused`: Secrets Manager did not take it, so nobody has it. */
async function storePending(
  { store, secret, token }: Rotation,
  text: Redacted,
  whenRefused: () => Promise<void> = async () => {},
): Promise<void> {
  try {
    await store.putPending(secret.arn, token, text);
  } catch (error) {
    if (isDefiniteRefusal(error)) await whenRefused();
    throw error;
  }
}

/** Only a refusal proves that the value was not stored; after a timeout it may have been, and the credential must stay. */
function isDefiniteRefusal(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}

/** A crash came between storing the password and telling the ledger: without its id the credential looks like an orphan. */
export async function recordMade(
  { ledger, secret, token }: Rotation,
  { values }: Taken,
  record: Mint | null,
): Promise<'already-minted'> {
  const parsed = values.get(token)?.parsed;
  if (record !== null && parsed?.kind === 'credential') {
    await ledger.recordMint(secret.arn, { ...record, credentialId: idOf(parsed.credential) });
  }
  return 'already-minted';
}

/** Of a secret's `endpoints` only what says which one it is; all other fields are kept. */
const located = v.looseObject({ region: v.string() });
const withEndpoints = v.looseObject({ endpoints: v.fallback(v.array(located), []) });

const IMPLICIT_TLS = 465;

/** Fields that belong to one login, and so do not outlive it. */
const OF_THE_LOGIN: ReadonlySet<string> = new Set([
  'username',
  'password',
  'credentialId',
  'accessKeyId',
  'endpoints',
]);

/**
 * The SecretString of a new version: the fields of the current one, all others kept, with the new login in them. Readers
 * that know one endpoint find it where it ever was; the passwords of further regions stand in `endpoints`.
 */
export function pendingValue(
  fields: object,
  { id, username, password, regional = [] }: MintedCredential,
): Redacted {
  const kept = Object.fromEntries(Object.entries(fields).filter(([name]) => !OF_THE_LOGIN.has(name)));
  const login = { username, password: password.reveal(), ...(id !== username && { credentialId: id }) };
  const elsewhere = regional.length > 0 && { endpoints: endpoints(fields, regional) };
  return new Redacted(JSON.stringify({ ...kept, ...login, ...elsewhere }));
}

/** A place that the secret names already keeps its host and port, such as those of a VPC endpoint. */
function endpoints(fields: object, regional: readonly RegionalPassword[]): object[] {
  const parsed = v.safeParse(withEndpoints, fields);
  const known = parsed.success ? parsed.output.endpoints : [];
  return regional.map(({ region, password }) => ({
    ...(known.find((one) => one.region === region) ?? { region, host: sesHost(region), port: IMPLICIT_TLS }),
    password: password.reveal(),
  }));
}
