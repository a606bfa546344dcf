import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient as SdkClient,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoDBClient } from '../../functions/aws/dynamodb.ts';
import { admit, type Login } from '../../functions/budget/tally.ts';
import { BudgetTable } from '../../functions/table/budget-table.ts';
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
const login = (at: number): Login => ({
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
  await new SdkClient(local.cloud.account).send(new CreateTableCommand(TABLE));
});

afterAll(() => local?.close());

function processOf({ account }: TestCloud['cloud']): BudgetTable {
  const client = new DynamoDBClient({
    AWS_REGION: account.region,
    AWS_ENDPOINT_URL: account.endpoint,
    AWS_ACCESS_KEY_ID: account.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: account.credentials.secretAccessKey,
  });
  return new BudgetTable(client, 'ledger', randomUUID);
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
