import type { IAMClient } from '@aws-sdk/client-iam';
import type { Attempt } from '../../budget/prove.ts';
import type { Credential, Endpoint, Provider } from '../../credential/credential.ts';
import { parseSecret } from '../../credential/schema.ts';
import type { SecretDescription } from '../../credential/secret-reader.ts';
import type { SecretStore } from '../../credential/store.ts';
import type { Proof } from '../../credential/validation.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { accessKeys } from '../../rotation/providers/access-keys.ts';
import type { Network } from '../../smtp/network.ts';
import { gather, known, missing } from '../gathered.ts';
import type { CredentialFacts, Policy, SecretContent } from './credential-facts.ts';
import { serverFacts } from './server.ts';
import type { SesFacts } from './ses.ts';

/** Enough for a login, and for its confirmation when a credential that was good is refused. */
const LOGIN_LIMIT_MS = 15_000;
const PROBE_LIMIT_MS = 20_000;
const NOT_ASKED = missing('not-reached', 'there is nothing to ask for');

/** Where the facts of one credential come from; `remainingMs` is the time left for all of them. */
export interface Sources {
  readonly store: SecretStore;
  readonly iam: IAMClient;
  readonly ses: SesFacts;
  readonly policy: Policy;
  readonly network: Network;
  readonly prove: (tried: Attempt) => Promise<Proof>;
  readonly record: Ledger['recordValidation'];
  readonly now: () => number;
  readonly remainingMs: () => number;
}

/** Reads the secret, logs in once, probes the server and asks IAM, in this order. A failure is a fact. */
export async function gatherFacts(
  sources: Sources,
  description: SecretDescription,
): Promise<CredentialFacts> {
  const { store, iam, ses, policy, network, now } = sources;
  const content = await gather(() => readContent(store, description.arn));
  const secret = content.known ? content.value : undefined;
  const credential = secret?.kind === 'credential' ? secret.credential : undefined;
  const endpoint = endpointOf(secret);
  const budget = (limitMs: number) => Math.max(1, Math.min(limitMs, sources.remainingMs()));
  return {
    examinedAt: now(),
    policy,
    ses,
    description,
    content,
    login: credential ? await loginOf(sources, description.arn, credential) : NOT_ASKED,
    server: endpoint
      ? known(await serverFacts(endpoint, credential, budget(PROBE_LIMIT_MS), network))
      : NOT_ASKED,
    keys: await keysOf(iam, credential?.provider),
  };
}

async function readContent(store: SecretStore, arn: string): Promise<SecretContent> {
  const value = await store.read(arn, { stage: 'AWSCURRENT' });
  return value.kind === 'absent' ? { kind: 'empty' } : parseSecret(value.text.reveal());
}

/** DynamoDB keeps the login budget; while it cannot be reached there is no login, and the rest is examined all the same. */
function loginOf(
  { prove, remainingMs }: Sources,
  secretArn: string,
  credential: Credential,
): Promise<CredentialFacts['login']> {
  const budgetMs = Math.max(1, Math.min(LOGIN_LIMIT_MS, remainingMs()));
  return gather(() => prove({ credential, secretArn, budgetMs }));
}

/** Where a secret says to log in, if it says so at all. */
export function endpointOf(secret: SecretContent | undefined): Endpoint | undefined {
  if (secret?.kind === 'credential') return secret.credential.endpoint;
  return secret?.kind === 'seed' ? secret.endpoint : undefined;
}

async function keysOf(iam: IAMClient, provider: Provider | undefined): Promise<CredentialFacts['keys']> {
  return provider?.type === 'ses' ? gather(() => accessKeys(iam, provider.userName)) : NOT_ASKED;
}
