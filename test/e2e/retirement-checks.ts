import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, vi } from 'vitest';
import { SecretStore } from '../../functions/secrets/store.ts';
import { Agenda } from '../../functions/table/agenda.ts';
import { tableOf } from '../../functions/table/dynamodb.ts';
import { runStateMachine } from '../../sandbox/job/audit.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

const PATIENCE = { timeout: 60_000, interval: 200 };

/** The sweep of a day, and the look of the schedule, by the state machine, the index and the policies of the stack. */
export async function expectRetirementOfWhatIsDue(sandbox: Sandbox): Promise<void> {
  const { cloud, clients, outputs } = sandbox;
  const agenda = new Agenda(tableOf(new DynamoDBClient(cloud.account), outputs.TableName));
  const arns = await managedArns(sandbox);
  const sweep = () =>
    runStateMachine(clients.stepFunctions, outputs.RetirementStateMachineArn, { round: 0, sweepFrom: '' });
  const lookOfTheSchedule = () =>
    clients.lambda.send(new InvokeCommand({ FunctionName: outputs.RetireDueFunctionName, Payload: '{}' }));
  const isDue = async () => (await agenda.due(100, Date.now())).length > 0;

  // Nobody told the agenda of those that the stack has adopted.
  const unknown = await Promise.all(arns.map((arn) => agenda.find(arn)));
  expect(unknown.filter((item) => item === null).length).toBeGreaterThan(0);
  await sweep();
  const known = await Promise.all(arns.map((arn) => agenda.find(arn)));
  expect(known.every((item) => item !== null && item.look === null)).toBe(true);
  expect(await isDue()).toBe(false);

  const [first = ''] = arns;
  await agenda.put(first, { versionId: null, dueAt: Date.now() }, Date.now());
  expect(await isDue()).toBe(true);
  expect((await lookOfTheSchedule()).FunctionError).toBeUndefined();
  await vi.waitFor(async () => expect(await agenda.find(first)).toMatchObject({ look: null }), PATIENCE);
  await vi.waitFor(async () => expect(await isDue()).toBe(false), PATIENCE);
}

async function managedArns({ cloud }: Sandbox): Promise<string[]> {
  const store = new SecretStore(new SecretsManagerClient(cloud.account));
  const arns: string[] = [];
  for await (const { arn } of store.listManaged()) arns.push(arn);
  return arns;
}
