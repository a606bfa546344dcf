import type { IssuedCredential, IssuingProvider } from '../../providers/provider.ts';
import type { SecretDescription } from '../../secrets/secret-reader.ts';
import type { Mint } from '../../table/items.ts';
import type { LabelledLogin } from '../labelled.ts';
import { endOf } from '../lease.ts';
import { attemptsBy, claimOf, ownIn } from '../ownership.ts';
import { orphansIn } from '../reconcile.ts';
import {
  type Done,
  nextLookAt,
  planRetirement,
  type Retirement,
  type RetirementFacts,
} from './retire-plan.ts';
import type { RetirementPorts } from './retirement.ts';

/** One login may take this long (ms). */
const LOGIN_BUDGET_MS = 20_000;

/** What replaced the credentials that are to be retired. */
export interface Replaced {
  /** Null before the first rotation. */
  readonly currentId: string | null;
  /** Milliseconds since 1970. */
  readonly promotedAt: number;
}

interface Known extends Replaced {
  /** Listed before the ledger was read. */
  readonly issued: readonly IssuedCredential[];
  readonly logins: readonly LabelledLogin[];
  readonly mints: readonly Mint[];
}

export type IssuedOutcome =
  | {
      readonly kind: 'retired';
      readonly retirements: readonly Done[];
      readonly nextLookAt: number | null;
    }
  | { readonly kind: 'held'; readonly retirements: readonly Done[] }
  | { readonly kind: 'current-not-active' };

/** Retires credentials of a provider that has several side by side: gather, plan, act, record. */
export async function retireIssued(
  ports: RetirementPorts,
  secret: SecretDescription,
  provider: IssuingProvider,
  known: Known,
): Promise<IssuedOutcome> {
  const facts = await gather(ports, secret, provider, known);
  const plan = planRetirement(facts);
  if (plan.kind === 'current-not-active') return plan;
  const retired: Done[] = [];
  for (const retirement of plan.retirements) {
    const isIdle = retirement.action === 'wait' || retirement.action === 'leave';
    if (!isIdle && (await ports.isHeld(secret.arn))) return { kind: 'held', retirements: retired };
    retired.push(await act(ports, secret.arn, provider, retirement, known.logins));
  }
  return { kind: 'retired', retirements: retired, nextLookAt: nextLookAt(facts, retired) };
}

async function gather(
  { ledger, now, overlapMs, soakMs }: RetirementPorts,
  secret: SecretDescription,
  provider: IssuingProvider,
  { currentId, promotedAt, issued, logins, mints }: Known,
): Promise<RetirementFacts> {
  const deactivations = await ledger.deactivations(secret.arn);
  const claim = claimOf(
    provider,
    secret,
    logins.map(({ id }) => id),
    mints,
  );
  const pending = logins.filter(({ labels }) => labels.includes('AWSPENDING')).map(({ id }) => id);
  const state = { ...claim, now: now(), issued };
  const attemptOf = attemptsBy(claim);
  const attempts = issued.map((one) => ({ id: one.id, mint: attemptOf(one) }));
  return {
    now: state.now,
    provider,
    issued,
    currentId,
    promotedAt,
    madeAt: new Map(attempts.map(({ id, mint }) => [id, mint?.startedAt ?? 0])),
    pendingIds: new Set([...pending, ...attempts.filter(isUnderWay(state.now)).map(({ id }) => id)]),
    ownIds: ownIn(issued, claim),
    orphans: new Set(orphansIn(state)),
    knownIds: claim.labelled,
    deactivations,
    overlapMs,
    soakMs,
  };
}

/** By its name, before the ledger has been told its id: somebody may be about to store it. */
function isUnderWay(now: number) {
  return ({ mint }: { readonly mint: Mint | undefined }) =>
    mint !== undefined && mint.credentialId === null && endOf(mint) > now;
}

/** The ledger is told first: after a crash in between the soak is counted from too early by seconds, never by days. */
async function act(
  ports: RetirementPorts,
  secretArn: string,
  provider: IssuingProvider,
  retirement: Retirement,
  logins: readonly LabelledLogin[],
): Promise<Done> {
  const { ledger, now } = ports;
  const { id, action } = retirement;
  const note = (fields: object) =>
    ledger.recordDeactivation(secretArn, { credentialId: id, deactivatedAt: now(), ...fields });
  const record = (result: object) =>
    ledger.recordEvent(secretArn, 'credential.retired', now(), { credentialId: id, ...result });
  switch (action) {
    case 'wait':
    case 'leave':
      return retirement;
    case 'begin-soak':
      await note({ quarantined: true });
      break;
    case 'deactivate':
      await note({});
      await provider.deactivate(id);
      break;
    case 'reactivate':
      await provider.reactivate(id);
      await note({});
      break;
    case 'remove':
      await note({ removedAt: now() });
      await provider.remove(id);
      break;
    case 'confirm-refusal':
      return confirmRefusal(ports, secretArn, retirement, logins);
  }
  await record({ result: action });
  return retirement;
}

/** A removed credential must be refused; a definite answer is kept, so that a refused one is not tried again. */
async function confirmRefusal(
  { ledger, login, now }: RetirementPorts,
  secretArn: string,
  retirement: Retirement,
  logins: readonly LabelledLogin[],
): Promise<Done> {
  const { id } = retirement;
  const removed = logins.find((one) => one.id === id);
  if (!removed) return retirement;
  const { result } = await login(removed.credential, LOGIN_BUDGET_MS);
  const answer = ANSWERS[result.credential];
  if (answer !== 'unknown') {
    await ledger.recordEvent(secretArn, 'cred.previous-revoked', now(), { credentialId: id, result: answer });
    const fields = { deactivatedAt: now(), removedAt: now(), refused: answer === 'refused' };
    await ledger.recordDeactivation(secretArn, { credentialId: id, ...fields });
  }
  return { ...retirement, login: answer };
}

const ANSWERS = { good: 'accepted', bad: 'refused', unknown: 'unknown' } as const;
