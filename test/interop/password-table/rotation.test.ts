import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { performStep } from '../../../functions/lifecycle/rotate/perform-step.ts';
import type { RotationPorts } from '../../../functions/lifecycle/rotate/rotation.ts';
import { STEPS } from '../../../functions/lifecycle/rotate/step-decision.ts';
import { parseSecret } from '../../../functions/providers/secret.ts';
import type { SqlAdmin } from '../../../functions/providers/sql.ts';
import { canonicalEndpoint, spelt } from '../../../functions/secrets/endpoint.ts';
import { newPassword, Redacted } from '../../../functions/secrets/redacted.ts';
import { SecretStore } from '../../../functions/secrets/store.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { InProcessSecretsManager } from '../../support/aws/secrets-manager.ts';
import { MemoryAgenda } from '../../support/memory-agenda.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';
import { attemptOf, proverOn } from '../../support/prover.ts';
import { type Deployment, deploy, LOGINS } from './deployment.ts';
import { run } from './server.ts';

const START_MS = 120_000;
const LAMBDA_MS = 60_000;
const LOGIN_MS = 10_000;
const TURNS = 3;

describe.each(['postgresql', 'mysql'] satisfies SqlAdmin['dialect'][])('a rotation with %s', (dialect) => {
  let here: Deployment;
  beforeAll(async () => {
    here = await deploy(dialect);
  }, START_MS);
  afterAll(() => here.stop(), START_MS);

  test('makes, sets, proves and promotes; the replaced login works until its next turn', async () => {
    await run(here.database, `INSERT INTO users VALUES ${LOGINS.map((one) => `('${one}', '-')`)}`);
    const secrets = new InProcessSecretsManager();
    const { endpoint } = here.credential('', newPassword(null));
    const arn = secrets.create('mail/orders', JSON.stringify({ ...endpoint, provider: here.settings }), {
      'keyturn:managed': 'true',
      'keyturn:endpoint': spelt(canonicalEndpoint(endpoint)),
    });
    const passed: [string, string][] = [];
    for (let turn = 0; turn < TURNS; turn += 1) {
      await rotate(here, secrets, arn, String(turn).padStart(36, 't'));
      const { username, password } = current(secrets, arn);
      passed.push([username, password.reveal()]);
    }
    const [a, b] = LOGINS;
    expect(passed.map(([username]) => username)).toEqual([a, b, a]);
    expect(
      await Promise.all(passed.map(([username, password]) => verdict(here, username, password))),
    ).toEqual(['rejected', 'valid', 'valid']);
  });
});

async function rotate(here: Deployment, secrets: InProcessSecretsManager, secretId: string, token: string) {
  secrets.beginRotation(secretId, token);
  for (const step of STEPS) await performStep(portsOf(here, secrets), { step, secretId, token });
  secrets.endRotation(secretId);
}

function portsOf(here: Deployment, secrets: InProcessSecretsManager): RotationPorts {
  const endsAt = Date.now() + LAMBDA_MS;
  return {
    store: new SecretStore(secrets.client),
    ledger: new MemoryLedger(),
    agenda: new MemoryAgenda(),
    requestOf: async () => null,
    login: (credential, budgetMs) =>
      attemptOf(proverOn(new InProcessTable(), [credential.endpoint]), credential, budgetMs),
    providerFor: () => here.provider(),
    newPassword,
    now: Date.now,
    random: Math.random,
    sleep,
    remainingMs: () => endsAt - Date.now(),
    overlapMs: 0,
    soakMs: 0,
  };
}

function current(secrets: InProcessSecretsManager, arn: string) {
  const parsed = parseSecret(secrets.valueOf(arn, 'AWSCURRENT') ?? '');
  if (parsed.kind !== 'credential') throw new Error(parsed.kind);
  return parsed.credential;
}

async function verdict(here: Deployment, username: string, password: string): Promise<string> {
  const credential = here.credential(username, new Redacted(password));
  const prover = proverOn(new InProcessTable(), [credential.endpoint]);
  return (await attemptOf(prover, credential, LOGIN_MS)).result.verdict;
}
