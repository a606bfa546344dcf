import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Report } from '../../functions/audit/report/report.ts';
import { ReportBucket } from '../../functions/audit/run/report-bucket.ts';
import { REPORT } from '../../functions/observe/names.ts';
import { type ObjectStore, startObjectStore } from '../functions/audit/object-store.ts';
import { account } from '../functions/audit/sound-facts.ts';
import { type FunctionWorld, startFunctionWorld } from '../support/lambda/function-world.ts';
import { StateMachine, type States } from '../support/lambda/state-machine.ts';
import { KEYTURN, named, resourcesOf } from './synthesized.ts';

const MINUTE = 60_000;
const RUN = { runId: 'run-1', startedAt: '2026-11-24T06:00:00.000Z' };
/** As Lambda sees them: a process that ends, and one that it ends. */
const WAYS = ['segmentation fault', 'endless loop'] as const;

let store: ObjectStore;
let world: FunctionWorld;
let perBatch: States;
let bucket: ReportBucket;

beforeAll(async () => {
  store = await startObjectStore();
  world = await startFunctionWorld(['audit-examine', 'audit-report'], { AWS_ENDPOINT_URL: store.url });
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
  const s3 = new S3Client({ endpoint: store.url, region: 'us-east-1', credentials });
  bucket = new ReportBucket(s3, 'reports');
  const machine = named(resourcesOf(KEYTURN), 'AuditStateMachine').Properties;
  perBatch = JSON.parse(machine.DefinitionString).States.ExamineBatches.ItemProcessor;
});
afterAll(() => Promise.all([world.close(), store.close()]));
beforeEach(() => {
  world.reset();
  store.objects.clear();
});

/** What the Distributed Map does with one line of the plan, and the state after it. */
async function audit(secretArns: readonly string[]): Promise<Report> {
  const batch = { runId: RUN.runId, batch: 0, secretArns, unread: {} };
  await bucket.putJson(REPORT.account(RUN.runId), account);
  await bucket.putHtml(REPORT.plan(RUN.runId), `${JSON.stringify(batch)}\n`);
  const machine = new StateMachine(perBatch, (resource, event) => {
    expect(resource).toBe('<AuditExamineFunctionFAA1DB40.Arn>');
    return world.lambda.run('audit-examine', event, MINUTE);
  });
  // The map collects this of each batch, and a state holds 256 KiB.
  expect(await machine.run(batch)).toEqual({ batch: 0 });
  const reported = await world.lambda.run('audit-report', { ...RUN, batches: 1, acceptedRisks: [] });
  expect(reported.error).toBeUndefined();
  return JSON.parse(store.objects.get(`reports/${REPORT.json(RUN.runId)}`)?.body ?? '');
}

const namesOf = ({ credentials }: Report) => credentials.map(({ secretName }) => secretName).toSorted();
const examinations = () => world.lambda.invocations.filter(({ name }) => name === 'audit-examine');

it.each(WAYS)(
  'a batch loses the one credential that ends its process, named in the report and the log: by %s',
  { timeout: MINUTE },
  async (way) => {
    const [a, b, killer] = [
      world.create('mail/a'),
      world.create('mail/b'),
      world.createKiller('mail/killer', way),
    ];
    const report = await audit([a, killer, b]);
    expect(namesOf(report)).toEqual(['mail/a', 'mail/b']);
    const detail = way === 'endless loop' ? 'Sandbox.Timedout' : 'Runtime.ExitError';
    expect(report.unexamined).toEqual([{ kind: 'unexamined', secretArn: killer, reason: 'crashed', detail }]);
    expect(world.lambda.logged.filter(({ event }) => event === 'audit.unexamined')).toMatchObject([
      { secretArn: killer, result: 'crashed', detail },
    ]);
    expect(world.lambda.logged.find((line) => 'AuditUnexamined' in line)).toMatchObject({
      AuditUnexamined: 1,
    });
  },
);

it('a batch with two of them loses two', { timeout: MINUTE }, async () => {
  const killers = [world.createKiller('mail/1'), world.createKiller('mail/2', 'process.exit')];
  const report = await audit([world.create('mail/a'), ...killers]);
  expect(namesOf(report)).toEqual(['mail/a']);
  expect(report.unexamined).toMatchObject(killers.map((secretArn) => ({ secretArn, reason: 'crashed' })));
});

it('a batch of nothing else is reported all the same', { timeout: MINUTE }, async () => {
  const killer = world.createKiller('mail/killer');
  const report = await audit([killer]);
  expect(report.totals).toEqual({ examined: 0, unexamined: 1 });
  expect(report.unexamined).toMatchObject([{ secretArn: killer, reason: 'crashed' }]);
});

it('a batch that ends no process is examined by one, with one login each', { timeout: MINUTE }, async () => {
  const before = world.smtp.logins.length;
  await audit([world.create('mail/a'), world.create('mail/b')]);
  expect(examinations()).toHaveLength(1);
  expect(world.smtp.logins.length - before).toBe(2);
});

it('a run that is redriven examines and logs in with nothing again', { timeout: MINUTE }, async () => {
  const arns = [world.create('mail/a'), world.createKiller('mail/killer')];
  const report = await audit(arns);
  const [examined, logins] = [examinations().length, world.smtp.logins.length];
  const again = await audit(arns);
  expect(again.unexamined).toEqual(report.unexamined);
  expect(again.credentials).toEqual(report.credentials);
  expect(examinations()).toHaveLength(examined + 1);
  expect(world.smtp.logins).toHaveLength(logins);
});

it('a run that died before its batch was put together finds the examinations of each again', {
  timeout: MINUTE,
}, async () => {
  const arns = [world.create('mail/a'), world.createKiller('mail/killer')];
  await audit(arns);
  store.objects.delete(`reports/${REPORT.result(RUN.runId, 0)}`);
  expect(namesOf(await audit(arns))).toEqual(['mail/a']);
  expect(world.lambda.logged.filter(({ event, at }) => event === 'audit.batch' && at === 0)).toMatchObject([
    { result: 'examined' },
    { result: 'examined-before' },
  ]);
});
