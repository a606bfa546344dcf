import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, vi } from 'vitest';
import type { OperationAnswer } from '../../functions/api/operation-answer.ts';
import { DynamoDBClient as LedgerClient } from '../../functions/aws/dynamodb.ts';
import type { OperationName, Result } from '../../functions/lifecycle/operate/operation.ts';
import type { Credential } from '../../functions/providers/secret.ts';
import { EVENTS, eventKey } from '../../functions/table/event-key.ts';
import { Ledger } from '../../functions/table/ledger.ts';
import { ORDERS } from '../../sandbox/deploy/credentials.ts';
import { deliver, expectRefusal } from '../../sandbox/job/mail.ts';
import { expectRetirement } from '../../sandbox/job/retirement.ts';
import { currentCredential } from '../../sandbox/job/secret.ts';
import { apiUrl } from '../../sandbox/job/validations.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { type Run, startKeyturn } from '../cli/command.ts';
import type { Keys } from '../sandbox/mfa.ts';
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
  expect(ended).toMatchObject({ operation, result, state: 'succeeded', caller, findings: [] });
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

/** The chain of events is whole until one is changed behind its back; then doctor says so, from a terminal. */
export async function expectTamperingFound(sandbox: Sandbox, keys: Keys): Promise<void> {
  const secretArn = await arn(sandbox);
  const account = environment(sandbox, sandbox.cloud.account.credentials);
  const ledger = new Ledger(new LedgerClient(account), sandbox.outputs.TableName);
  expect(await ledger.verifyEvents(secretArn, Date.now())).toMatchObject({ kind: 'intact' });
  expect(await doctor(sandbox, keys)).toMatchObject({ code: 0, stdout: expect.stringContaining('healthy') });
  await changeEvent(sandbox, secretArn);
  const broken = { kind: 'broken', sequence: 2, reason: 'changed' };
  expect(await ledger.verifyEvents(secretArn, Date.now())).toMatchObject(broken);
  const found = expect.stringContaining('ledger-broken');
  expect(await doctor(sandbox, keys)).toMatchObject({ code: 1, stdout: found });
}

function doctor(sandbox: Sandbox, keys: Keys): Promise<Run> {
  const api = apiUrl(sandbox.cloud.account, sandbox.outputs.ApiId);
  return startKeyturn(['doctor', SECRET, '--api', api], { env: environment(sandbox, keys) }).ended;
}

async function changeEvent({ cloud, outputs }: Sandbox, secretArn: string): Promise<void> {
  const client = new DynamoDBClient(cloud.account);
  const TableName = outputs.TableName;
  const Key = { pk: { S: EVENTS + secretArn }, sk: { S: eventKey(2) } };
  const { Item } = await client.send(new GetItemCommand({ TableName, Key }));
  await client.send(new PutItemCommand({ TableName, Item: { ...Item, who: { S: 'nobody' } } }));
}

function environment({ cloud }: Sandbox, { accessKeyId, secretAccessKey, sessionToken }: Keys) {
  return {
    AWS_ENDPOINT_URL: cloud.account.endpoint,
    AWS_REGION: cloud.account.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken && { AWS_SESSION_TOKEN: sessionToken }),
  };
}

async function arn({ clients }: Sandbox): Promise<string> {
  const { ARN = '' } = await clients.secretsManager.send(new DescribeSecretCommand({ SecretId: SECRET }));
  return ARN;
}

function current({ clients }: Sandbox): Promise<Credential> {
  return currentCredential(clients.secretsManager, SECRET);
}
