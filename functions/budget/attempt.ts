import type { LoginCredential } from '../providers/access-token.ts';
import type { Credential } from '../providers/secret.ts';
import type { LoginEvidence } from '../smtp/evidence.ts';
import { type LoginOutcome, resultOf, resultWith } from '../smtp/login-result.ts';
import type { CredentialStatus } from '../table/validations.ts';
import { heldBack, outcomeOf } from './tally.ts';
import {
  type Attempt,
  HANG_UP_MS,
  LEAST_LOGIN_MS,
  settleWhereItWas,
  type TurnPorts,
  waitForTurn,
} from './turn.ts';

/** The login budget of a deployment, and the login that it lets through. */
export interface LoginBudget extends TurnPorts {
  /** What logs in for a credential: an access token, for a client secret. */
  readonly loginCredential: (credential: Credential, budgetMs: number) => Promise<LoginCredential>;
  readonly login: (credential: Credential, budgetMs: number) => Promise<LoginEvidence>;
}

/**
 * One login inside the budget: reserve, log in, read the result, settle. It rejects when the table cannot be reached: nothing is
 * dialled then, or, when the login has been, that goes on counting as a failed one. The caller tries again later; a login
 * that nobody counts could be the one that locks the account.
 */
export async function attempt(budget: LoginBudget, tried: Attempt): Promise<LoginOutcome> {
  const { loginCredential, login, now } = budget;
  const { credential, budgetMs, patienceMs = 0 } = tried;
  const deadline = now() + budgetMs + patienceMs;
  const ready = await loginCredential(credential, budgetMs);
  if (ready.kind === 'failed') return { result: resultWith(ready.verdict), evidence: null };
  const turn = await waitForTurn(budget, tried, deadline);
  if (turn.kind !== 'go') return { result: heldBack(turn, now()), evidence: null };
  const evidence = await login(ready.credential, turn.endsBy - HANG_UP_MS - now());
  const result = resultOf(evidence);
  await settleWhereItWas(budget, turn, credential, evidence.address, outcomeOf(evidence, result, now()));
  return { result, evidence };
}

/** What the ledger knows of a secret: its last definite verdict, and its last check. */
export type Known = Pick<CredentialStatus, 'credential' | 'lastCheck'>;

export interface Prover extends LoginBudget {
  readonly latest: (secretArn: string) => Promise<Known | null>;
}

/** Between a refusal and its confirmation (ms): time for one bad node or a failover behind the server's name to pass. */
const SPACING_MS = 5000;
/** A check is dated by its beginning, and lasts as long (ms) as API Gateway waits. */
const LONGEST_CHECK_MS = 29_000;

/**
 * Proves a credential inside the login budget. The first refusal of one that was good is confirmed by a second login
 * before it is called bad: a server that is wrong once must not cause a rotation. Without time or budget for that it
 * is `rejected-unconfirmed`, which a later check confirms.
 */
export async function prove(prover: Prover, tried: Attempt): Promise<LoginOutcome> {
  const { now, sleep, latest } = prover;
  const deadline = now() + tried.budgetMs + (tried.patienceMs ?? 0);
  const first = await attempt(prover, tried);
  if (first.result.credential !== 'bad') return first;
  if (isConfirmed(await latest(tried.secretArn), now())) return first;
  const spentMs = first.evidence?.timings.totalMs ?? 0;
  const leftMs = Math.min(deadline - now(), tried.budgetMs - spentMs) - SPACING_MS;
  if (leftMs < LEAST_LOGIN_MS) return unconfirmed(first);
  await sleep(SPACING_MS);
  const second = await attempt(prover, { ...tried, budgetMs: leftMs, patienceMs: 0 });
  return second.result.credential === 'unknown' ? unconfirmed(first, second) : second;
}

/** Whether one more refusal is no news: the credential was never good, is known as bad, or was refused before. */
function isConfirmed(known: Known | null, now: number): boolean {
  if (known?.credential !== 'good') return true;
  const { verdict, checkedAt } = known.lastCheck;
  return verdict === 'rejected-unconfirmed' && now - Date.parse(checkedAt) >= LONGEST_CHECK_MS + SPACING_MS;
}

/** What the server showed first, and when to ask again: a second login that was held back or put off says so. */
function unconfirmed({ evidence }: LoginOutcome, second?: LoginOutcome): LoginOutcome {
  const result = resultWith('rejected-unconfirmed');
  const afterSeconds = second?.result.retry.afterSeconds;
  return {
    result: afterSeconds ? { ...result, retry: { allowed: true, afterSeconds } } : result,
    evidence,
  };
}
