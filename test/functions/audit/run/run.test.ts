import { expect, it } from 'vitest';
import { planBatches } from '../../../../functions/audit/run/plan.ts';
import { type AuditBatch, parseBatch, parseRun } from '../../../../functions/audit/run/run.ts';

const NOW = Date.parse('2026-11-24T06:00:00Z');
const secret = (index: number, lastAccessedAt = NOW) => ({
  arn: `arn:${index}`,
  createdAt: 0,
  lastAccessedAt,
});

async function* secrets(count: number) {
  for (let index = 0; index < count; index += 1) yield secret(index);
}

async function planned(count: number): Promise<AuditBatch[]> {
  const batches: AuditBatch[] = [];
  for await (const batch of planBatches(secrets(count), 'run-1', NOW)) batches.push(batch);
  return batches;
}

it.each([
  [0, []],
  [1, [1]],
  [20, [20]],
  [45, [20, 20, 5]],
])('cuts %i secrets into batches of %j', async (count, sizes) => {
  const batches = await planned(count);
  expect(batches.map(({ secretArns }) => secretArns.length)).toEqual(sizes);
  expect(batches.map(({ batch }) => batch)).toEqual(sizes.map((_size, index) => index));
  const arns = batches.flatMap(({ secretArns }) => secretArns);
  expect(arns).toEqual(Array.from({ length: count }, (_, index) => `arn:${index}`));
});

it('makes batches that the examination takes as its event', async () => {
  const [batch] = await planned(2);
  expect(parseBatch(JSON.parse(JSON.stringify(batch)))).toEqual({
    runId: 'run-1',
    batch: 0,
    secretArns: ['arn:0', 'arn:1'],
    unread: {},
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

it('tells each batch which of its own secrets nobody has read for long', async () => {
  async function* listed() {
    for (let index = 0; index < 40; index += 1) yield secret(index, index % 20 === 7 ? index : NOW);
  }
  const unread: object[] = [];
  for await (const batch of planBatches(listed(), 'run-1', NOW)) unread.push(parseBatch(batch).unread);
  expect(unread).toEqual([{ 'arn:7': 7 }, { 'arn:27': 27 }]);
});

it('lists no page ahead of the batches that are taken', async () => {
  let listed = 0;
  async function* endless() {
    for (;;) {
      listed += 1;
      yield secret(listed);
    }
  }
  const batches = planBatches(endless(), 'run-1', NOW);
  await batches.next();
  await batches.next();
  expect(listed).toBe(40);
});
