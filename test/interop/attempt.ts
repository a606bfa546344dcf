import { expect, inject } from 'vitest';
import type { Security } from '../../functions/net/endpoint.ts';
import type { Network } from '../../functions/net/network.ts';
import type { AuthMethod } from '../../functions/secrets/credential.ts';
import { Redacted } from '../../functions/secrets/redacted.ts';
import type { LoginEvidence } from '../../functions/smtp/evidence.ts';
import { login } from '../../functions/smtp/login.ts';
import { resultOf } from '../../functions/smtp/login-result.ts';
import type { CredentialState, Verdict } from '../../functions/smtp/verdicts.ts';
import { loopbackNetwork } from '../support/loopback-network.ts';
import { accessToken } from './accounts.ts';
import { PLAIN_VARIANT, type Server } from './servers.ts';

const AMPLE_MS = 20_000;
const { targets, accounts } = inject('interop');

/** The only verdicts that may say so; every other one is `unknown`. */
const STATES: Partial<Record<Verdict, CredentialState>> = {
  valid: 'good',
  rejected: 'bad',
  'token-rejected': 'bad',
  'account-disabled': 'bad',
};

export interface Where {
  readonly server: Server;
  readonly security: Security;
  /** Default: the plain one. */
  readonly variant?: string | undefined;
}

export interface Attempt extends Where {
  readonly as?: Security | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly authMethod?: AuthMethod | undefined;
  readonly budgetMs?: number | undefined;
  readonly network?: Network | undefined;
}

export interface Expected {
  readonly verdict: Verdict;
  readonly authSent: boolean;
  readonly used?: AuthMethod;
}

/** How many logins were judged, and how many of them rightly. */
export const tally = { logins: 0, right: 0 };

/** One login, which must be judged as expected, and never say more of the credential than the verdict can. */
export async function prove(attempt: Attempt, expected: Expected): Promise<void> {
  tally.logins += 1;
  const evidence = await logIn(attempt);
  const result = resultOf(evidence);
  const state = STATES[expected.verdict] ?? 'unknown';
  expect({ ...result, ...evidence }, explanation(evidence)).toMatchObject({
    ...expected,
    credential: state,
  });
  if (evidence.authSent) expect(evidence.tls).not.toBeNull();
  tally.right += 1;
}

export function portOf({ server, security, variant = PLAIN_VARIANT }: Where): number {
  return targetOf(server, variant)[security];
}

function targetOf(server: Server, variant: string) {
  const target = targets[`${server}: ${variant}`];
  if (!target) throw new Error(`bug: ${server} has no variant "${variant}"`);
  return target;
}

export function logIn(attempt: Attempt): Promise<LoginEvidence> {
  const { server, security, variant = PLAIN_VARIANT, as = security } = attempt;
  const { ca, [security]: port } = targetOf(server, variant);
  const { username = accounts.username, authMethod, budgetMs = AMPLE_MS } = attempt;
  const password = new Redacted(attempt.password ?? rightSecret(authMethod));
  const endpoint = { host: 'localhost', port, security: as, ca };
  const credential = { endpoint, username, password, ...(authMethod && { authMethod }) };
  return login(credential, budgetMs, attempt.network ?? loopbackNetwork({ port }));
}

export function rightSecret(authMethod?: AuthMethod): string {
  return authMethod === 'XOAUTH2' || authMethod === 'OAUTHBEARER' ? accessToken(accounts) : accounts.password;
}

/** What a person wants to see of a wrong verdict. */
function explanation({ stage, failure, reply }: LoginEvidence): string {
  return JSON.stringify({ stage, failure, reply });
}
