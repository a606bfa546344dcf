import { randomUUID } from 'node:crypto';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { admit } from '../../functions/budget/tally.ts';
import { tableOf } from '../../functions/table/dynamodb.ts';
import type { CountedLogin } from '../../functions/table/items.ts';
import { Tallies } from '../../functions/table/tallies.ts';
import { openTestCloud, type TestCloud } from './cloud.ts';

const TABLE: CreateTableCommandInput = {
  TableName: 'ledger',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
};
const KEY = { pk: 'BUDGET#mail.example.com', sk: 'HOST' };
const login = (at: number): CountedLogin => ({
  at,
  account: 'ada',
  local: 'ada',
  secret: 'secret',
  meant: false,
  restsUntil: 0,
});

let local: TestCloud;

beforeAll(async () => {
  local = await openTestCloud();
  await new DynamoDBClient(local.cloud.account).send(new CreateTableCommand(TABLE));
});

afterAll(() => local?.close());

function processOf({ account }: TestCloud['cloud']): Tallies {
  return new Tallies(tableOf(new DynamoDBClient(account), 'ledger'), randomUUID);
}

test("the local AWS's conditional writes let as many logins through as the budget, of fifty at once", async () => {
  const processes = Array.from({ length: 5 }, () => processOf(local.cloud));
  const limits = { failures: 4, hostFailures: null, windowMs: 60_000 };
  const admissions = await Promise.all(
    Array.from({ length: 10 }, () =>
      processes.map((table) => {
        const planned = { id: randomUUID(), login: login(Date.now() + 60_000) };
        return table.change(KEY, Date.now, (tally, now) => admit(tally, planned, now, limits));
      }),
    ).flat(),
  );
  const kinds = Map.groupBy(admissions, ({ decision }) => decision.kind);
  expect(kinds.get('go')).toHaveLength(4);
  expect(kinds.get('wait')).toHaveLength(46);
  expect(Object.keys((await processes[0]?.read(KEY))?.logins ?? {})).toHaveLength(4);
});
