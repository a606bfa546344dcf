import type { Credential } from '../credential/credential.ts';
import type { Proof } from '../credential/validation.ts';
import type { LoginEvidence } from '../smtp/evidence.ts';
import { judge, judgementOf } from '../smtp/verdict.ts';
import type { LoginCredential } from '../token/login-credential.ts';
import {
  type Admission,
  admit,
  hold,
  type Limits,
  type Outcome,
  outcomeOf,
  type PlannedLogin,
  settle,
} from './account.ts';
import { accountKey, type BudgetTable, hostKey } from './budget-table.ts';
import { heldBack } from './held-back.ts';

/** The login budget of a deployment, and the login that it lets through; all times in ms. */
export interface LoginBudget {
  readonly table: Pick<BudgetTable, 'read' | 'change'>;
  readonly limits: Limits;
  /** What logs in for a credential: an access token, for a client secret. */
  readonly loginCredential: (credential: Credential, budgetMs: number) => Promise<LoginCredential>;
  readonly login: (credential: Credential, budgetMs: number) => Promise<LoginEvidence>;
  readonly now: () => number;
  /** From 0 up to 1, for the jitter. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Never the same twice, in any process. */
  readonly newId: () => string;
}

/** What a login needs at least (ms): nobody waits for a turn, or for a second login, when less would be left. */
export const LEAST_LOGIN_MS = 3000;
/** A login that has run out of time hangs up within this (ms). */
const HANG_UP_MS = 5000;
/** Between two looks at the table, longer each time: many who wait must not keep it busy. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1600;

/**
 * One login inside the budget: reserve, log in, judge, settle. `budgetMs` bounds all of it. It rejects when the table
 * cannot be reached: nothing is dialled then, or, when the login has been, that goes on counting as a failed one. The
 * caller tries again later; a login that nobody counts could be the one that locks the account.
 */
export async function attempt(budget: LoginBudget, credential: Credential, budgetMs: number): Promise<Proof> {
  const { loginCredential, login, now, newId } = budget;
  const deadline = now() + budgetMs;
  const ready = await loginCredential(credential, budgetMs);
  if (ready.kind === 'failed') return { judgement: judgementOf(ready.verdict), evidence: null };
  const planned = { id: newId(), endsBy: deadline + HANG_UP_MS };
  const admission = await waitForTurn(budget, credential, planned, deadline);
  if (admission.kind !== 'go') return { judgement: heldBack(admission, now()), evidence: null };
  const evidence = await login(ready.credential, deadline - now());
  const judgement = judge(evidence);
  await settleLogin(budget, credential, planned.id, outcomeOf(evidence, judgement, now()));
  return { judgement, evidence };
}

async function waitForTurn(
  budget: LoginBudget,
  credential: Credential,
  planned: PlannedLogin,
  deadline: number,
): Promise<Admission> {
  const { now, random, sleep } = budget;
  for (let turn = 0; ; turn += 1) {
    const admission = await reserve(budget, credential, planned);
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** turn) * (1 + random()) * 0.5;
    if (admission.kind !== 'wait' || deadline - now() < waitMs + LEAST_LOGIN_MS) return admission;
    await sleep(waitMs);
  }
}

async function reserve(
  { table, limits, now }: LoginBudget,
  credential: Credential,
  planned: PlannedLogin,
): Promise<Admission> {
  const { heldUntil } = await table.read(hostKey(credential));
  return table.change(accountKey(credential), now, (account, at) =>
    admit(hold(account, heldUntil), planned, at, limits),
  );
}

async function settleLogin(
  { table, now }: LoginBudget,
  credential: Credential,
  id: string,
  outcome: Outcome,
): Promise<void> {
  const { circuit } = outcome;
  if (circuit?.of === 'host') {
    await table.change(hostKey(credential), now, (host) => ({ account: hold(host, circuit.heldUntil) }));
  }
  await table.change(accountKey(credential), now, (account, at) => ({
    account: settle(account, id, outcome, at),
  }));
}
