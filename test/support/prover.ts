import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BudgetTable } from '../../functions/budget/budget-table.ts';
import type { Prover } from '../../functions/budget/prove.ts';
import { login } from '../../functions/smtp/login.ts';
import { loginCredential } from '../../functions/token/login-credential.ts';
import type { InProcessTable } from './aws/dynamodb.ts';
import { loopbackNetwork } from './loopback-network.ts';

export const WINDOW_MS = 15 * 60_000;

/**
 * Proves credentials of servers on this computer as one process of a deployment with the default budget does; several
 * over one table share it. Nothing was known of any credential before.
 */
export function proverOn(
  { client }: Pick<InProcessTable, 'client'>,
  servers: readonly { readonly port: number }[],
  changes: Partial<Prover> = {},
): Prover {
  const network = loopbackNetwork(...servers);
  return {
    table: new BudgetTable(client, 'table', randomUUID),
    limits: { failures: 4, windowMs: WINDOW_MS },
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
