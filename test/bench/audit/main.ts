import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundles } from '../bundles.ts';
import { gated, print, type Row, told } from '../rows.ts';
import { billedSeconds, costs, secretCosts } from './cost.ts';
import { FUNCTIONS, type FunctionName, type MeasuredRun, measureRun } from './run.ts';

/** Twice the credentials may cost this many times as much. */
const DOUBLE = 2.1;
/** What is live in memory does not grow with the number of credentials, but is never looked at at the same moments. */
const SAME = 1.25;
const BATCHES_AT_ONCE = 10;

function bundled(outdir: string): Record<FunctionName, string> {
  const script = join(import.meta.dirname, '../bundles.ts');
  const out = execFileSync(process.execPath, [script, outdir], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { deployed } = JSON.parse(out) as Bundles;
  const files = FUNCTIONS.map((name) => [name, deployed.find((one) => one.name === name)?.file] as const);
  return Object.fromEntries(files) as Record<FunctionName, string>;
}

function rowsOf(run: MeasuredRun): Row[] {
  const { credentials, functions } = run;
  const of = `of ${credentials.toLocaleString('en')}`;
  const calls = new Map<string, number>();
  for (const name of FUNCTIONS) {
    for (const [call, times] of functions[name].calls) {
      const [service = call, operation] = call.split('.');
      if (operation === undefined) continue;
      calls.set(service, (calls.get(service) ?? 0) + times);
    }
  }
  const dollars = costs(run);
  const perCredential = (count: number) => (count / credentials).toFixed(2);
  return [
    ...FUNCTIONS.flatMap((name) => {
      const { wallMs, cpuMs, peakMiB, liveMiB, invocations } = functions[name];
      return [
        told(`${name} ${of}: time here`, `${invocations} x, ${seconds(wallMs)}, CPU ${seconds(cpuMs)}`),
        told(`${name} ${of}: peak memory`, `${peakMiB.toFixed(0)} MiB, live ${liveMiB.toFixed(1)} MiB`),
        told(`${name} ${of}: billed at most`, `${billedSeconds(name, run).toFixed(0)} s`),
      ];
    }),
    told(
      `run ${of}: at most`,
      `${((billedSeconds('AuditPlan', run) + billedSeconds('AuditExamine', run) / BATCHES_AT_ONCE + billedSeconds('AuditReport', run)) / 60).toFixed(1)} min`,
    ),
    told(
      `AWS calls a credential ${of}`,
      perCredential([...calls.values()].reduce((sum, times) => sum + times, 0)),
    ),
    ...[...calls].map(([service, count]) => told(`  ${service}`, perCredential(count))),
    told(`written to S3 ${of}`, `${(run.bytes / 1e6).toFixed(1)} MB`),
    ...Object.entries(dollars).map(([what, amount]) =>
      told(`  ${what} a month ${of}`, `$ ${amount.toFixed(2)}`),
    ),
    told(`cost a month ${of}, one audit a day`, `$ ${cost(run).toFixed(2)}`),
    told(
      `besides: a month of ${credentials.toLocaleString('en')} secrets`,
      `$ ${secretCosts(run).toFixed(2)}`,
    ),
  ];
}

function ratioRows(small: MeasuredRun, large: MeasuredRun): Row[] {
  const what = `${large.credentials} / ${small.credentials} credentials`;
  const scale = large.credentials / small.credentials / 2;
  const ratio = (of: (run: MeasuredRun) => number) => of(large) / of(small);
  const cpu = ({ functions }: MeasuredRun) => FUNCTIONS.reduce((sum, name) => sum + functions[name].cpuMs, 0);
  return [
    gated(`cost, ${what}`, ratio(cost), DOUBLE * scale, `$ ${cost(large).toFixed(2)}`),
    gated(`CPU time, ${what}`, ratio(cpu), DOUBLE * scale, seconds(cpu(large))),
    ...FUNCTIONS.map((name) => {
      const live = ({ functions }: MeasuredRun) => functions[name].liveMiB;
      return gated(`live memory of ${name}, ${what}`, ratio(live), SAME, `${live(large).toFixed(1)} MiB`);
    }),
  ];
}

function cost(run: MeasuredRun): number {
  return Object.values(costs(run)).reduce((sum, amount) => sum + amount, 0);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

// Below a thousand the report still fills up to the worst ones that it holds, and the gates mean nothing.
const [small = 10_000, large = 2 * small] = process.argv.slice(2).map(Number);
const outdir = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
try {
  const bundles = bundled(outdir);
  const runs: MeasuredRun[] = [];
  for (const credentials of [small, large]) runs.push(await measureRun(credentials, bundles, outdir));
  const [first, second] = runs;
  if (!first || !second) throw new Error('bug: two runs were asked for');
  const rows = [...rowsOf(first), ...rowsOf(second), ...ratioRows(first, second)];
  print([{ what: 'an audit', value: 'measured', limit: 'limit', result: '' }, ...rows]);
  if (rows.some(({ result }) => result === 'TOO HIGH')) process.exitCode = 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
process.exit();
