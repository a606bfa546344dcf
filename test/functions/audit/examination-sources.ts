import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { missing } from '../../../functions/audit/check.ts';
import type { Sources } from '../../../functions/audit/facts/gather.ts';
import { HostTurns, OptInTests, SharedProbes } from '../../../functions/audit/facts/mail-host.ts';
import { attempt, type Prover, prove } from '../../../functions/budget/attempt.ts';
import type { Network } from '../../../functions/net/network.ts';
import { SecretStore } from '../../../functions/secrets/store.ts';
import { login } from '../../../functions/smtp/login.ts';
import { tryRelay } from '../../../functions/smtp/probe/misuse.ts';
import { probeServer } from '../../../functions/smtp/probe/probe.ts';
import { AuditMemory } from '../../../functions/table/audits.ts';
import { Validations } from '../../../functions/table/validations.ts';
import type { InProcessTable } from '../../support/aws/dynamodb.ts';
import { InProcessIam } from '../../support/aws/iam.ts';
import type { InProcessSecretsManager } from '../../support/aws/secrets-manager.ts';
import { attemptOf, proverOn } from '../../support/prover.ts';
import { account, soundFacts } from './sound-facts.ts';

/**
 * What an examination reads: these secrets and this table, the servers on this computer that `network` leads to when it is
 * asked, a sound account, and no DNS.
 */
export function sourcesOver(
  { secrets, table }: { readonly secrets: InProcessSecretsManager; readonly table: InProcessTable },
  network: () => Network,
): Sources {
  const validations = new Validations(table);
  const memories = new AuditMemory(table, 400);
  const prover = proverOn(table, [], {
    login: (credential, budgetMs) => login(credential, budgetMs, network()),
  });
  return {
    store: new SecretStore(secrets.client),
    secretsManager: { send: async () => ({}) } as unknown as SecretsManagerClient,
    iam: new InProcessIam({}).client,
    account,
    identityOf: () => Promise.reject(new Error('nobody asked for an identity here')),
    keyOf: () => Promise.reject(new Error('nobody asked for a key here')),
    settings: soundFacts.settings,
    turns: new HostTurns(),
    probes: new SharedProbes((endpoint, budgetMs) => probeServer(endpoint, budgetMs, network())),
    memory: {
      before: (arn) => memories.before('run-1', arn),
      write: (arn, remembered) => memories.write('run-1', arn, remembered),
    },
    optInTests: new OptInTests({
      attempt: (credential, budgetMs) => attemptOf(prover, credential, budgetMs),
      relay: (endpoint, recipient, budgetMs) => tryRelay(endpoint, recipient, budgetMs, network()),
    }),
    prove: (tried, afterwards) => {
      const goOn: Prover['login'] = (credential, budgetMs) =>
        login(credential, budgetMs, network(), afterwards);
      return prove({ ...prover, login: goOn }, tried);
    },
    attempt: (tried) => attempt(prover, tried),
    record: (validated) => validations.record(validated),
    domains: { facts: async () => missing('not-configured', 'there is no DNS in this test') },
    now: Date.now,
    remainingMs: () => 30_000,
  };
}
