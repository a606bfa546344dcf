import type { Attempt } from '../../budget/attempt.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import type { Credential } from '../../providers/secret.ts';
import type { SecretDescription, SecretReader } from '../../secrets/secret-reader.ts';
import type { LoginOutcome } from '../../smtp/login-result.ts';
import type { Afterwards } from '../../smtp/session.ts';
import { gather, known, missing } from '../gathered.ts';
import type { HostTurns } from '../run/host-turns.ts';
import type { CredentialFacts, Policy } from './credential-facts.ts';
import { ALL_OFF, type OptInTests } from './opt-in-tests.ts';
import { previousCredential } from './previous.ts';
import { NOTHING_HEARD, rehearse } from './rehearsal.ts';
import type { SharedProbes } from './shared-probes.ts';

/** Enough for a login, and for its confirmation when a credential that was good is refused. */
const LOGIN_LIMIT_MS = 15_000;
/** Other batches may be at the same host, whose login budget lets only a few in at a time. */
const PATIENCE_MS = 45_000;
/** A probe has up to 15 connections, and some servers wait for seconds before each greeting. */
const PROBE_LIMIT_MS = 40_000;
const NOT_ASKED = missing('not-reached', 'there is nothing to ask for');

/** What is asked of a mail host for one credential. */
export type HostFacts = Pick<CredentialFacts, 'login' | 'rehearsal' | 'previous' | 'server' | 'optIn'>;

export const NOBODY_THERE: HostFacts = {
  login: NOT_ASKED,
  rehearsal: NOTHING_HEARD,
  previous: NOT_ASKED,
  server: NOT_ASKED,
  optIn: ALL_OFF,
};

export interface HostSources {
  readonly store: Pick<SecretReader, 'describe' | 'read'>;
  readonly policy: Policy;
  readonly turns: HostTurns;
  readonly probes: SharedProbes;
  readonly optInTests: OptInTests;
  readonly prove: (tried: Attempt, afterwards?: Afterwards) => Promise<LoginOutcome>;
  readonly attempt: (tried: Attempt) => Promise<LoginOutcome>;
  readonly now: () => number;
  readonly remainingMs: () => number;
}

/** All in one turn: no two credentials are at one mail host at the same time. */
export function meetHost(
  sources: HostSources,
  description: SecretDescription,
  endpoint: Endpoint,
  credential: Credential | undefined,
): Promise<HostFacts> {
  const { turns, probes, optInTests, policy } = sources;
  const budget = (limitMs: number) => Math.max(1, Math.min(limitMs, sources.remainingMs()));
  return turns.run(endpoint.host, async () => ({
    ...(credential ? await logIn(sources, description, credential, budget) : NOBODY_THERE),
    server: known(await probes.of(endpoint, credential, budget(PROBE_LIMIT_MS))),
    optIn: await optInTests.of(endpoint, policy.optIns, budget(LOGIN_LIMIT_MS)),
  }));
}

/** DynamoDB keeps the login budget; while it cannot be reached there is no login, and the rest is examined all the same. */
async function logIn(
  sources: HostSources,
  description: SecretDescription,
  credential: Credential,
  budget: (limitMs: number) => number,
): Promise<Pick<HostFacts, 'login' | 'rehearsal' | 'previous'>> {
  const rehearsal = { ...NOTHING_HEARD };
  const budgetMs = budget(LOGIN_LIMIT_MS);
  const patienceMs = budget(PATIENCE_MS + budgetMs) - budgetMs;
  const tried = { credential, secretArn: description.arn, budgetMs, patienceMs };
  const login = await gather(() => sources.prove(tried, rehearse(credential, sources.policy, rehearsal)));
  const previous = await gather(() =>
    previousCredential(sources, description, credential, budget(LOGIN_LIMIT_MS)),
  );
  return { login, rehearsal, previous };
}
