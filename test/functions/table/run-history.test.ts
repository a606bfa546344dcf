import { beforeEach, expect, it } from 'vitest';
import { summarise } from '../../../functions/audit/report/summary.ts';
import { RunHistory } from '../../../functions/table/run-history.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { aggregate, examined } from '../audit/report/examinations.ts';

const day = (at: number) => new Date(Date.UTC(2026, 9, 1 + at, 6)).toISOString();
/** Names of executions say nothing of their order. */
const run = (at: number) => ({ runId: `${(at * 7) % 50}-run-${at}`, startedAt: day(at) });

let table: InProcessTable;
let history: RunHistory;
beforeEach(() => {
  table = new InProcessTable();
  history = new RunHistory(table.client, 'table', 30);
});

async function record(at: number, finishedAt = day(at)): Promise<void> {
  await history.record(summarise(aggregate(run(at), [examined(`secret-${at}`)], finishedAt)));
}

it('has the last 29 runs before this one, oldest first', async () => {
  for (let at = 0; at < 40; at += 1) await record(at);
  const trend = await history.before(run(35));
  expect(trend).toHaveLength(29);
  expect(trend[0]).toEqual({ runId: run(6).runId, finishedAt: day(6), score: 100 });
  expect(trend.at(-1)?.runId).toBe(run(34).runId);
});

it('has nothing before the first run', async () => {
  expect(await history.before(run(0))).toEqual([]);
});

it('counts a run once, though its report was made twice', async () => {
  await record(0);
  await record(0, day(1));
  await record(2);
  expect(await history.before(run(2))).toEqual([{ runId: run(0).runId, finishedAt: day(1), score: 100 }]);
});

it('keeps a run as long as it was told, and without the findings', async () => {
  await record(0);
  const [item] = (await table.items()).values();
  expect(Number(item?.expiresAt?.N)).toBe(Date.parse(day(30)) / 1000);
  expect(item).not.toHaveProperty('worst');
});
