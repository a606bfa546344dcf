import { expect, it } from 'vitest';
import { concurrently } from '../../../functions/audit/concurrently.ts';
import { planBatches } from '../../../functions/audit/plan.ts';
import { parseBatch, parseRun } from '../../../functions/audit/run.ts';

async function* secrets(count: number) {
  for (let index = 0; index < count; index += 1) yield { arn: `arn:${index}` };
}

it.each([
  [0, []],
  [1, [1]],
  [20, [20]],
  [45, [20, 20, 5]],
])('cuts %i secrets into batches of %j', async (count, sizes) => {
  const batches = await planBatches(secrets(count), 'run-1');
  expect(batches.map(({ secretArns }) => secretArns.length)).toEqual(sizes);
  expect(batches.map(({ batch }) => batch)).toEqual(sizes.map((_size, index) => index));
  const arns = batches.flatMap(({ secretArns }) => secretArns);
  expect(arns).toEqual(Array.from({ length: count }, (_, index) => `arn:${index}`));
});

it('makes batches that the examination takes as its event', async () => {
  const [batch] = await planBatches(secrets(2), 'run-1');
  expect(parseBatch(JSON.parse(JSON.stringify(batch)))).toEqual({
    runId: 'run-1',
    batch: 0,
    secretArns: ['arn:0', 'arn:1'],
    accountKey: 'audits/run-1/account.json',
  });
});

it.each([
  ['../other', '2026-11-24T06:00:00Z'],
  ['a/b', '2026-11-24T06:00:00Z'],
  ['', '2026-11-24T06:00:00Z'],
  ['..', '2026-11-24T06:00:00Z'],
  ['run-1', 'yesterday'],
])('refuses the run %j of %j', (runId, startedAt) => {
  expect(() => parseRun({ runId, startedAt })).toThrow();
});

it('runs at most so many at once and keeps the order', async () => {
  let running = 0;
  let most = 0;
  const results = await concurrently([5, 1, 4, 2, 3, 0], 2, async (turns) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    running -= 1;
    return turns * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30, 0]);
  expect(most).toBe(2);
});
