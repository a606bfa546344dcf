import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { Aggregate } from '../../../../functions/audit/report/aggregate.ts';
import { PER_PAGE } from '../../../../functions/audit/report/page/pages.ts';
import { type Report, summarise } from '../../../../functions/audit/report/report.ts';
import { writePage, writeReport } from '../../../../functions/audit/run/publish.ts';
import { ReportBucket } from '../../../../functions/audit/run/report-bucket.ts';
import { Results } from '../../../../functions/audit/run/results.ts';
import type { Examined, Finding } from '../../../../functions/audit/run/run.ts';
import { s3 } from '../../../../functions/aws.ts';
import { metrics } from '../../../../functions/observe/metrics.ts';
import { REPORT } from '../../../../functions/observe/names.ts';
import { stubAwsEnvironment } from '../../../support/aws/environment.ts';
import { type ObjectStore, startObjectStore } from '../object-store.ts';
import { examined, FINISHED, RUN } from './examinations.ts';
import { HOSTILE_TEXTS } from './hostile.ts';
import { schemaErrors } from './report-schema.ts';

const NONE_WATCHED: ReadonlySet<string> = new Set();

let store: ObjectStore;
let bucket: ReportBucket;

beforeAll(async () => {
  store = await startObjectStore();
  stubAwsEnvironment(store.url);
  bucket = new ReportBucket(s3(), 'reports');
});
beforeEach(() => store.objects.clear());
afterAll(() => store.close());

/** Writes the report of one batch with so many credentials; only one saw a certificate, which is a metric each. */
async function publish(count: number): Promise<Report> {
  const one = examined('secret-0');
  const rest = Array.from(
    { length: count - 1 },
    (_, index): Examined => ({ ...examined(`secret-${index + 1}`), certificate: null }),
  );
  const examinations = [one, ...rest];
  await bucket.putJson(REPORT.result(RUN.runId, 0), { runId: RUN.runId, batch: 0, examinations });
  const results = new Results(bucket, { runId: RUN.runId, batches: 1 });
  const end = { finishedAt: FINISHED, trend: [], watched: NONE_WATCHED };
  const report = await writeReport(bucket, new Aggregate(RUN, []), results, end);
  await writePage(bucket, report, summarise(report));
  return report;
}

/** What the functions of this process write while `work` is done, line by line. */
async function linesOf(work: () => Promise<unknown>): Promise<string[]> {
  let written = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      written += String(chunk);
      return true;
    }),
  );
  await work();
  for (const spy of spies) spy.mockRestore();
  return written.split('\n').filter((line) => line !== '');
}

/** Writes the report of a credential and of one that was not examined, whose every text is a stranger's. */
async function publishHostile(hostile: string): Promise<void> {
  const sound = examined(hostile);
  const findings = sound.findings.map((one, index): Finding => {
    if (index > 0) return one;
    return { check: one.check, status: 'fail', evidence: hostile, firstSeenAt: RUN.startedAt };
  });
  const lost = { kind: 'unexamined', secretArn: hostile, reason: 'examine-failed', detail: hostile } as const;
  const examinations = [{ ...sound, secretArn: hostile, findings }, lost];
  await bucket.putJson(REPORT.result(RUN.runId, 0), { runId: RUN.runId, batch: 0, examinations });
  const results = new Results(bucket, { runId: RUN.runId, batches: 1 });
  await writeReport(bucket, new Aggregate(RUN, []), results, {
    finishedAt: FINISHED,
    trend: [],
    watched: NONE_WATCHED,
  });
  metrics.publishStoredMetrics();
}

it.each(HOSTILE_TEXTS)(
  '%s from strangers end in one line of the log, and in no metric',
  async (_, hostile) => {
    const lines = await linesOf(() => publishHostile(hostile));
    for (const line of lines) expect(line).toMatch(/^\{[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*\}$/u);
    const entries = lines.map((line) => JSON.parse(line));
    const told = entries.filter(({ event }) => event !== undefined);
    expect(told.map(({ event }) => event)).toEqual(['audit.finding', 'audit.unexamined']);
    const measured = entries.filter(({ _aws }) => _aws !== undefined);
    expect(measured).toHaveLength(1);
    expect(JSON.stringify(measured)).not.toContain(JSON.stringify(hostile).slice(1, -1));
  },
);

function pages(): string[] {
  return [...store.objects.keys()].filter((key) => key.endsWith('.html')).sort();
}

it('report.json as it is written fits the published schema', async () => {
  await publish(3);
  const written = JSON.parse(store.objects.get('reports/audits/run-1/report.json')?.body ?? '');
  expect(schemaErrors(written)).toEqual([]);
  expect(written.credentials).toHaveLength(3);
});

it('an audit whose credentials all have their place in the page is one page', async () => {
  await publish(PER_PAGE);
  expect(pages()).toEqual(['reports/audits/run-1/report.html']);
});

it('a larger audit has all its credentials in the files that its page leads to', async () => {
  const report = await publish(PER_PAGE + 1);
  expect(report.totals.examined).toBe(PER_PAGE + 1);
  expect(pages()).toEqual([
    'reports/audits/run-1/credentials/1.html',
    'reports/audits/run-1/credentials/2.html',
    'reports/audits/run-1/report.html',
  ]);
  expect(store.objects.get('reports/audits/run-1/credentials/2.html')?.body).toContain(
    `<bdi class="key">secret-${PER_PAGE}</bdi>`,
  );
});
