import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, vi } from 'vitest';
import type { OperationAnswer } from '../../functions/api/operation-state.ts';
import type { OperationName, Result } from '../../functions/lifecycle/operate/operation.ts';
import type { Credential } from '../../functions/providers/secret.ts';
import { tableOf } from '../../functions/table/dynamodb.ts';
import { Ledger } from '../../functions/table/ledger.ts';
import { functionNames } from '../../sandbox/deploy/cdk.ts';
import { ORDERS } from '../../sandbox/deploy/credentials.ts';
import { currentCredential } from '../../sandbox/job/job.ts';
import { readOutcomes } from '../../sandbox/job/logs.ts';
import { deliver, expectRefusal } from '../../sandbox/job/mail.ts';
import { expectRetirement } from '../../sandbox/job/rotation.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { expectAnswer } from '../support/api-schema.ts';
import { parsed } from './api-checks.ts';
import type { Caller } from './callers.ts';

const SECRET = ORDERS.secretName;
const PATIENCE = { timeout: 60_000, interval: 200 };

/** All that an operator can ask for; resolves to the credentials that were current since, in their order. */
export async function expectOperations(sandbox: Sandbox, operator: Caller): Promise<readonly Credential[]> {
  const earlier = await current(sandbox);
  await expectDone(operator, 'doctor', 'healthy');
  const bad = await expectRotation(sandbox, operator, earlier);
  await expectRollback(sandbox, operator, { earlier, bad });
  const last = await expectRevocation(sandbox, operator, [earlier, bad]);
  await expectDone(operator, 'doctor', 'healthy');
  return [bad, earlier, last];
}

async function expectRotation(sandbox: Sandbox, operator: Caller, before: Credential): Promise<Credential> {
  await expectDone(operator, 'rotate', 'rotated');
  const after = await current(sandbox);
  expect(after.username).not.toBe(before.username);
  await deliver(after, sandbox.servers.ses, 'After rotate');
  return after;
}

/** From the hardest state: the earlier credential was switched off already. */
async function expectRollback(
  sandbox: Sandbox,
  operator: Caller,
  { earlier, bad }: { readonly earlier: Credential; readonly bad: Credential },
): Promise<void> {
  await expectRetirement(sandbox, 'deactivate');
  await expectRefusal(earlier);
  const { steps } = await expectDone(operator, 'rollback', 'rolled-back');
  const done = steps.map(({ step, result }) => `${step.replace(/:.*/, '')} ${result}`);
  expect(done).toEqual(
    expect.arrayContaining(['reactivate reactivated', 'test proven', 'move-current moved']),
  );
  expect((await current(sandbox)).username).toBe(earlier.username);
  await deliver(earlier, sandbox.servers.ses, 'After rollback');
  await expectRefusal(bad);
}

async function expectRevocation(
  sandbox: Sandbox,
  operator: Caller,
  suspects: readonly Credential[],
): Promise<Credential> {
  const { timeline, message } = await expectDone(operator, 'compromised', 'revoked');
  expect(timeline).not.toEqual([]);
  const after = await current(sandbox);
  for (const suspect of suspects) {
    expect(message).toContain(suspect.username);
    expect(after.username).not.toBe(suspect.username);
    await expectRefusal(suspect);
  }
  await deliver(after, sandbox.servers.ses, 'After compromised');
  return after;
}

/** Asks for the operation and for its state, until it has ended. */
async function expectDone(
  operator: Caller,
  operation: OperationName,
  result: Result,
): Promise<OperationAnswer> {
  const request = { operation, secretId: SECRET, reason: `end to end: ${operation}` };
  const { operationId } = read(await operator.operate(request), 202);
  const path = `/operations/${operationId}`;
  const ended = await vi.waitFor(async () => {
    const answer = read(await operator.get(path), 200);
    expect(answer.state).not.toMatch(/requested|running/);
    return answer;
  }, PATIENCE);
  const caller = expect.stringMatching(/:user\/caller-with-Operator$/);
  expect(ended).toMatchObject({ operation, result, state: 'succeeded', caller, issues: [] });
  return ended;
}

function read(answer: Awaited<ReturnType<Caller['get']>>, status: number): OperationAnswer {
  const body = parsed(answer, status);
  expectAnswer('Operation', body);
  return body as OperationAnswer;
}

export async function expectNoOperation(caller: Caller): Promise<void> {
  for (const operation of ['doctor', 'rotate', 'rollback', 'compromised']) {
    expect(await caller.operate({ operation, secretId: SECRET })).toMatchObject({ status: 403 });
  }
  expect(await caller.get('/operations/made-up')).toMatchObject({ status: 403 });
}

/** What the ledger has of the credential stands in the log of the functions, too, which no role of theirs can change. */
export async function expectLedgerInLog(sandbox: Sandbox): Promise<void> {
  const { clients, cloud, outputs } = sandbox;
  const secretArn = await arn(sandbox);
  const table = tableOf(new DynamoDBClient(cloud.account), outputs.TableName);
  const events = await new Ledger(table).events(secretArn);
  const log = await readOutcomes(clients, functionNames(outputs));
  const lines = log.filter(({ fields }) => fields.event === 'ledger.event' && fields.secretArn === secretArn);
  expect(events.length).toBeGreaterThan(10);
  expect(lines.map(({ fields }) => fields.recorded)).toEqual(expect.arrayContaining(events));
}

async function arn({ clients }: Sandbox): Promise<string> {
  const { ARN = '' } = await clients.secretsManager.send(new DescribeSecretCommand({ SecretId: SECRET }));
  return ARN;
}

function current({ clients }: Sandbox): Promise<Credential> {
  return currentCredential(clients.secretsManager, SECRET);
}
