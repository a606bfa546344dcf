import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { setting } from '../environment.ts';
import { network } from '../net/deployed-network.ts';
import { loginCredential } from '../providers/login-credential.ts';
import type { Credential } from '../secrets/credential.ts';
import { login } from '../smtp/login.ts';
import type { LoginOutcome } from '../smtp/login-result.ts';
import type { Afterwards } from '../smtp/session.ts';
import { BudgetTable } from '../table/budget-table.ts';
import { dynamodb, ledger } from '../table/table.ts';
import { type Attempt, attempt } from './attempt.ts';
import { controlPlace } from './places.ts';
import { type Prover, prove } from './prove.ts';

const MINUTE_MS = 60_000;
/** Once a day, at whatever hour of it an audit comes to the host. */
const CONTROL = { failures: 1, hostFailures: null, windowMs: 20 * 60 * MINUTE_MS };

const prover: Prover = {
  table: new BudgetTable(dynamodb, setting('table'), randomUUID),
  limits: {
    failures: setting('loginFailures'),
    hostFailures: setting('loginHostFailures'),
    windowMs: setting('loginWindowMinutes') * MINUTE_MS,
  },
  addresses: (endpoint) => network.addresses(endpoint),
  loginCredential,
  login: (credential, budgetMs) => login(credential, budgetMs, network),
  latest: (secretArn) => ledger.latest(secretArn),
  now: Date.now,
  random: Math.random,
  sleep,
  newId: randomUUID,
};

/** The way every function of this deployment finds out about the credential in use; the audit goes on in its session. */
export function proveCredential(tried: Attempt, afterwards?: Afterwards): Promise<LoginOutcome> {
  return prove({ ...prover, login: (ready, budgetMs) => login(ready, budgetMs, network, afterwards) }, tried);
}

/** One login inside the budget, for a rotation: it repeats a refused login itself, since a new credential spreads slowly. */
export function attemptLogin(tried: Attempt): Promise<LoginOutcome> {
  return attempt(prover, tried);
}

/** A login that is meant to fail: a server that bans addresses counts it like any other, so each has one a day. */
export function attemptControl(credential: Credential, budgetMs: number): Promise<LoginOutcome> {
  const besides = (control: Credential) => controlPlace(control, CONTROL);
  const tried = { credential, secretArn: 'negative-control', budgetMs, meantToFail: true };
  return attempt({ ...prover, besides }, tried);
}
