import { afterEach, beforeEach, expect, it } from 'vitest';
import { planBatches } from '../../../../functions/audit/run/plan.ts';
import { ReportBucket } from '../../../../functions/audit/run/report-bucket.ts';
import { lostBy, Results } from '../../../../functions/audit/run/results.ts';
import type { Examination } from '../../../../functions/audit/run/run.ts';
import { s3 } from '../../../../functions/aws.ts';
import { REPORT } from '../../../../functions/observe/names.ts';
import { stubAwsEnvironment } from '../../../support/aws/environment.ts';
import { type ObjectStore, startObjectStore } from '../object-store.ts';
import { examined } from '../report/examinations.ts';

const RUN_ID = 'run-1';

let store: ObjectStore;
let bucket: ReportBucket;
beforeEach(async () => {
  store = await startObjectStore();
  stubAwsEnvironment(store.url);
  bucket = new ReportBucket(s3(), 'reports');
});
afterEach(() => store.close());

async function plan(secrets: number): Promise<number> {
  let batches = 0;
  async function* listed() {
    for (let at = 0; at < secrets; at += 1) yield { arn: `arn:${at}`, createdAt: null, lastAccessedAt: null };
  }
  async function* lines() {
    for await (const batch of planBatches(listed(), RUN_ID, 0)) {
      batches += 1;
      yield `${JSON.stringify(batch)}\n`;
    }
  }
  await bucket.putStream(REPORT.plan(RUN_ID), 'application/jsonl', lines());
  return batches;
}

const write = (batch: number, ...examinations: Examination[]) =>
  bucket.putJson(REPORT.result(RUN_ID, batch), { runId: RUN_ID, batch, examinations });
const refused = (secretArn: string): Examination => ({
  kind: 'unexamined',
  secretArn,
  reason: 'access-denied',
  detail: null,
});

async function read(batches: number) {
  const results = new Results(bucket, { runId: RUN_ID, batches });
  const names: string[] = [];
  for await (const { secretName } of results.examined()) names.push(secretName);
  const lost: string[] = [];
  for await (const { secretArn, reason } of results.unexamined()) lost.push(`${secretArn} ${reason}`);
  return { names, lost };
}

it('has the examined in the order of the plan, and then every other credential with its reason', async () => {
  const batches = await plan(70);
  await write(3, examined('d'));
  await write(0, examined('a'), refused('arn:1'), examined('b'));
  const { names, lost } = await read(batches);
  expect(names).toEqual(['a', 'b', 'd']);
  const withoutResult = Array.from({ length: 40 }, (_, at) => `arn:${at + 20} no-result`);
  expect(lost).toEqual(['arn:1 access-denied', ...withoutResult]);
});

it('asks for each result once when all were examined, and not for the plan', async () => {
  const batches = await plan(600);
  for (let batch = 0; batch < batches; batch += 1) await write(batch, examined(`secret-${batch}`));
  const before = store.requests;
  const { names, lost } = await read(batches);
  expect(names).toEqual(Array.from({ length: 30 }, (_, at) => `secret-${at}`));
  expect(lost).toEqual([]);
  expect(store.requests - before).toBe(30);
});

it('fetches few results ahead of the one that is worked on', async () => {
  for (let batch = 0; batch < 30; batch += 1) await write(batch, examined(`secret-${batch}`));
  const before = store.requests;
  const results = new Results(bucket, { runId: RUN_ID, batches: 30 }).examined();
  await results.next();
  expect(store.requests - before).toBeLessThanOrEqual(8);
  await results.return(undefined);
});

it.each(['{"runId":', '[]', 'null'])(
  'of a batch that wrote %s are its credentials, not examined',
  async (body) => {
    const batches = await plan(30);
    await write(0, examined('a'));
    await bucket.putHtml(REPORT.result(RUN_ID, 1), body);
    const { names, lost } = await read(batches);
    expect(names).toEqual(['a']);
    expect(lost).toEqual(Array.from({ length: 10 }, (_, at) => `arn:${at + 20} no-result`));
  },
);

it('of a run without a plan are an error, never an empty report', async () => {
  await expect(read(1)).rejects.toThrow(
    'expected the plan of this run at audits/run-1/plan.jsonl, found nothing',
  );
});

it.each([
  ['Runtime.ExitError', 'crashed'],
  ['Runtime.OutOfMemory', 'crashed'],
  ['Sandbox.Timedout', 'crashed'],
  ['Lambda.Unknown', 'crashed'],
  ['States.Timeout', 'crashed'],
  ['Lambda.TooManyRequestsException', 'no-result'],
  ['Lambda.ServiceException', 'no-result'],
  [null, 'no-result'],
  ['TypeError', 'examine-failed'],
  ['Error', 'examine-failed'],
])('a credential whose invocation ended with %s is unexamined as %s', (error, reason) => {
  expect(lostBy(error)).toBe(reason);
});
