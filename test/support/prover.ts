import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { attempt, type Prover } from '../../functions/budget/attempt.ts';

import { loginCredential } from '../../functions/providers/access-token.ts';
import type { Credential } from '../../functions/providers/secret.ts';
import { login } from '../../functions/smtp/login.ts';
import type { LoginOutcome } from '../../functions/smtp/login-result.ts';
import type { Table } from '../../functions/table/dynamodb.ts';
import { Tallies } from '../../functions/table/tallies.ts';
import { loopbackNetwork } from './loopback-network.ts';

export const WINDOW_MS = 15 * 60_000;

/**
 * Proves credentials of servers on this computer as one process of a deployment does; several over one table share its
 * budget, the default one of an account. All servers stand on one host, which may fail much more. Nothing was known of any
 * credential before.
 */
export function proverOn(
  table: Table,
  servers: readonly { readonly port: number }[],
  changes: Partial<Prover> = {},
): Prover {
  const network = loopbackNetwork(...servers);
  return {
    table: new Tallies(table, randomUUID),
    limits: { failures: 4, hostFailures: 100, windowMs: WINDOW_MS },
    addresses: (endpoint) => network.addresses(endpoint),
    loginCredential,
    login: (credential, budgetMs) => login(credential, budgetMs, network),
    latest: async () => null,
    now: Date.now,
    random: Math.random,
    sleep,
    newId: randomUUID,
    ...changes,
  };
}

/** One login inside the budget, of one secret for all. */
export function attemptOf(prover: Prover, credential: Credential, budgetMs: number): Promise<LoginOutcome> {
  return attempt(prover, { credential, secretArn: 'arn:of:secret', budgetMs });
}
