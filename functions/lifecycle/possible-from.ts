import { USER_TAG } from '../observe/names.ts';
import type { IssuedCredential } from '../providers/provider.ts';
import { goneAt, type Retirement } from './retirable.ts';
import { type Situation, situationOf } from './situation.ts';
import { labelled, providerInTags } from './snapshot.ts';
import { isStuck } from './stuck.ts';

/**
 * - `no-provider`: the secret names none, so nothing can issue a new credential.
 * - `malformed`: the current version cannot be read, so nothing can be made from it.
 * - `manual`: a person makes the new credential, and has not stored it yet.
 * - `not-set-up`: Secrets Manager has no rotation for this secret, or one with another function.
 * - `not-owner`: the provider's user or application belongs to another secret.
 * - `provider-trouble`: the provider did not answer, refuses us, or its administrator's secret is of no use.
 * - `endpoint-changed`: the secret names a place where nobody lets passwords go.
 * - `under-way`: another rotation has not ended.
 * - `no-slot`: the provider has no place for another credential.
 */
export const NOT_POSSIBLE_REASONS = [
  'no-provider',
  'malformed',
  'manual',
  'not-set-up',
  'not-owner',
  'provider-trouble',
  'endpoint-changed',
  'under-way',
  'no-slot',
] as const;
export type NotPossibleReason = (typeof NOT_POSSIBLE_REASONS)[number];

export interface NotPossible {
  readonly possible: false;
  readonly reason: NotPossibleReason;
  /** What was expected, what was got, what to do, and the date. */
  readonly message: string;
  /** Milliseconds since 1970; null: when a person has done something. */
  readonly possibleFrom: number | null;
}

export type Possibility = { readonly possible: true } | NotPossible;

/** Whether it is, or the time has come from which on it is: what retirement may remove by then, an operation removes first. */
export function isPossible(possibility: Possibility, now: number): boolean {
  return possibility.possible || (possibility.possibleFrom !== null && possibility.possibleFrom <= now);
}

/**
 * Whether a rotation can succeed now, and if not, why, and from when it can. Each time is what retirement will have done by
 * then. `token`: the rotation that is asked about, when it has one already; its own AWSPENDING does not stand in its way.
 */
export function possibleFrom(situation: Situation, token: string | null): Possibility {
  return (
    obstacle(situation) ??
    notSetUp(situation) ??
    manual(situation, token) ??
    underWay(situation, token) ??
    room(situation, token)
  );
}

/** What stands in the way of whatever is made from the current version, by whomever. */
export function obstacle(situation: Situation): NotPossible | null {
  const { issuer, secret } = situation;
  const current = labelled('AWSCURRENT', situation);
  if (current?.content === 'malformed')
    return byPerson('malformed', `the current version is malformed: ${current.fault}. Store it anew.`);
  if ((!current || current.content === 'empty') && !providerInTags(secret))
    return byPerson('no-provider', NO_VALUE);
  if (issuer.kind === 'none') return byPerson('no-provider', NO_PROVIDER);
  if (issuer.kind === 'not-owner') return byPerson('not-owner', `${issuer.message}.`);
  if (issuer.kind === 'unreachable')
    return byPerson('provider-trouble', `the provider did not answer as it should: ${issuer.message}`);
  const refusal = current?.endpoints.refusal;
  return refusal ? byPerson(refusal.reason, `${refusal.state} ${refusal.nextAction}`) : null;
}

const NO_VALUE = `the secret has no value: store at least { host, port, provider } in it, or tag it ${USER_TAG}=<user>; the first rotation adds the login`;
const NO_PROVIDER = 'the secret names no `provider`, so nothing can issue a new credential';

function byPerson(reason: NotPossibleReason, message: string): NotPossible {
  return { possible: false, reason, message, possibleFrom: null };
}

/** The rotation goes on by itself as soon as the person has stored it: under the token of the one that is under way. */
function manual(situation: Situation, token: string | null): NotPossible | null {
  if (situation.issuer.kind !== 'manual') return null;
  const under = begun(situation) ?? token;
  if (under === null) return byPerson('manual', BEGIN);
  if (!hasMade(situation, under)) return byPerson('manual', howToStore(situation, under));
  return under === token ? null : byPerson('under-way', `${STORED}${under}. ${howToEnd(situation, under)}`);
}

/** The token of the rotation that a person can go on with. */
function begun({ pending, now }: Situation): string | null {
  return pending.kind === 'open' && !isStuck(pending, now) ? pending.token : null;
}

const BEGIN =
  'a person makes the new credential: keyturn rotate begins, and says under which token to store it';
const STORED =
  'the new credential is stored: its rotation goes on when Secrets Manager tries it again, or at once when it is asked for (POST /operations, or RotateSecret) with the clientRequestToken ';

function howToStore(situation: Situation, token: string): string {
  return (
    'a person makes the new credential: store the whole new value, with the new user name and password, by `aws secretsmanager ' +
    `put-secret-value --secret-id ${situation.secret.name} --client-request-token ${token} --version-stages AWSPENDING ` +
    `--secret-string file://new.json\`; the rotation then goes on by itself, or rotate again with the same token. ${howToEnd(situation, token)}`
  );
}

/** For an operator who does not want to wait for the end of a rotation: one of a person's nobody else cuts short. */
export function howToEnd({ issuer, secret }: Situation, token: string): string {
  return issuer.kind === 'manual'
    ? `To cancel it instead, take AWSPENDING off: \`${unlabelling(secret.name, token)}\`.`
    : 'To have it cleared instead, 20 minutes after its last sign of life: keyturn doctor --fix.';
}

function unlabelling(secretName: string, token: string): string {
  return `aws secretsmanager update-secret-version-stage --secret-id ${secretName} --version-stage AWSPENDING --remove-from-version-id ${token}`;
}

/** A rotation that only a person can go on with is begun all the same: its token is what they store the value under. */
export function awaitsPerson({ reason }: NotPossible, situation: Situation): boolean {
  return reason === 'manual' && begun(situation) === null;
}

function notSetUp(situation: Situation): NotPossible | null {
  const missing = missingSetUp(situation);
  if (missing === null) return null;
  const what = situation.issuer.kind === 'manual' ? DECLARE : FIX;
  return byPerson('not-set-up', `rotation is not set up for this secret${missing}: ${what}`);
}

/** One that is under way is set up, even while CloudFormation is still configuring it; unless another function has it. */
function missingSetUp({ secret, pending, rotateFunction }: Situation): string | null {
  const { rotationEnabled, rotationFunction: found } = secret;
  if (!rotationEnabled) return pending.kind === 'open' ? null : '';
  if (rotateFunction === undefined || isSameFunction(found, rotateFunction)) return null;
  return ` with this deployment's function (expected ${rotateFunction}, got ${found ?? 'none'})`;
}

/** A version or an alias of ours is ours: its ARN has one part more. */
function isSameFunction(found: string | null, ours: string): boolean {
  return found === ours || found?.startsWith(`${ours}:`) === true;
}

const FIX = 'keyturn doctor --fix does it';
/** Nobody expects a rotation there, so doctor sets none up. */
const DECLARE = 'a person makes its credentials, so say when they shall, by `rotationDays` of it in cdk.json';

function underWay(situation: Situation, token: string | null): NotPossible | null {
  const { pending, now, secret } = situation;
  if (pending.kind !== 'open' || pending.token === token) return null;
  const stands = `AWSPENDING stands on version ${pending.token}, expected on none:`;
  if (!isStuck(pending, now)) return notStuckYet(situation, pending.stuckFrom, stands);
  if (pending.whose !== 'not-provable') return null;
  const message =
    `${stands} its rotation has ended, and its credential is not provably ours. Remove that by hand, then the label: ` +
    unlabelling(secret.name, pending.token);
  return byPerson('under-way', message);
}

/** That it is out of the way then does not make room, where a replaced credential takes the last place. */
function notStuckYet(situation: Situation, stuckFrom: number, stands: string): NotPossible {
  const then = possibleFrom(situationOf({ ...situation, now: stuckFrom }, situation), null);
  const stuck = `a rotation is under way. ${stands} wait for its end; from ${new Date(stuckFrom).toISOString()} on it counts as stuck`;
  const underWay = { possible: false, reason: 'under-way' } as const;
  // What is due for removal by then is removed first.
  if (then.possible || (then.possibleFrom ?? Infinity) <= stuckFrom)
    return { ...underWay, message: `${stuck}, and keyturn rotate clears it`, possibleFrom: stuckFrom };
  return { ...underWay, message: `${stuck}, but then ${then.message}`, possibleFrom: then.possibleFrom };
}

function room(situation: Situation, token: string | null): Possibility {
  const { issuer, orphans } = situation;
  if (issuer.kind !== 'issuing' || issuer.limit === null || hasMade(situation, token))
    return { possible: true };
  const staying = issuer.issued.filter(({ id }) => !orphans.has(id) && id !== clearedId(situation));
  const tooMany = staying.length - issuer.limit + 1;
  if (tooMany <= 0) return { possible: true };
  const ends = staying.flatMap((one) => goneAt(one, situation) ?? []).toSorted((a, b) => a - b);
  const from = ends[tooMany - 1] ?? null;
  const message = noSlot(staying, situation, from);
  return { possible: false, reason: 'no-slot', message, possibleFrom: from };
}

/** A rotation that has its credential already needs no place for another one. */
function hasMade({ versions }: Pick<Situation, 'versions'>, token: string | null): boolean {
  return versions.some(({ versionId, content }) => versionId === token && content !== 'empty');
}

/** The credential of a stuck rotation goes with it. */
function clearedId({ pending, versions }: Situation): string | null {
  // One that is not stuck is refused before.
  // Stryker disable next-line ConditionalExpression,LogicalOperator: one that is not ours is refused before, too, or holds none
  if (pending.kind !== 'open' || pending.whose !== 'ours') return null;
  // Stryker disable next-line OptionalChaining: it is one of the versions
  return versions.find(({ versionId }) => versionId === pending.token)?.id ?? null;
}

function noSlot(staying: readonly IssuedCredential[], situation: Situation, from: number | null): string {
  const { issuer } = situation;
  // Stryker disable next-line ConditionalExpression: no other issuer runs out of places
  const limit = issuer.kind === 'issuing' ? issuer.limit : null;
  const taken = staying.map((one) => `${one.id} (${whatItIs(one, situation)})`).join(', ');
  const next =
    from === null
      ? byHand(situation)
      : `Possible from ${new Date(from).toISOString()}, when retirement has removed what was replaced; if others may know a password, do not wait: keyturn compromised.`;
  return `all ${limit} credentials of this user are taken, and a new one needs a place: ${taken}. ${next}`;
}

function byHand({ retirement }: Situation): string {
  return retirement.kind === 'plan'
    ? 'Nothing here may take away what is not ours: have it removed by hand, then rotate again.'
    : 'Nothing is retired while the current credential is gone or switched off: keyturn doctor says what to do.';
}

function whatItIs(one: IssuedCredential, situation: Situation): string {
  const version = situation.versions.find(({ id }) => id === one.id);
  if (version?.labels.includes('AWSCURRENT')) return 'in this secret, AWSCURRENT';
  const held = version ? `in this secret, ${version.labels.join(' and ')}` : 'in no version of this secret';
  const gone = goneAt(one, situation);
  if (gone === null) return situation.own.has(one.id) ? held : 'not ours';
  const { retirement: plan } = situation;
  // Stryker disable next-line ConditionalExpression: without a plan none of them goes
  const retirement = plan.kind === 'plan' ? plan.retirements.find(({ id }) => id === one.id) : undefined;
  return `${held}; replaced, ${stateOf(retirement)}gone at the earliest ${new Date(gone).toISOString()}`;
}

function stateOf(retirement: Retirement | undefined): string {
  // Stryker disable next-line OptionalChaining: what goes has one
  if (retirement?.action !== 'wait') return '';
  const until = new Date(retirement.until).toISOString();
  if (retirement.reason === 'in-use') {
    const { lastUsedAt, lastUsedBy } = retirement;
    const by = lastUsedBy === null ? '' : ` (${lastUsedBy})`;
    return `in use since, last ${new Date(lastUsedAt ?? 0).toISOString()}${by}; `;
  }
  return `in its ${retirement.reason} until ${until}; `;
}
