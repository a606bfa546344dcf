import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundles } from './bundles.ts';
import { initTimes } from './init.ts';

// Not here: the speed of a login. It runs on nodemailer's own connection, so its CPU time follows nodemailer's, and its
// latency is the network's: 5 round trips with TLS, 7 with STARTTLS. An smtp-server in process would add its fixed
// 100 ms before the greeting, and hide any difference.

const ROUNDS = 21;
const LIMIT_KIB = 450;
/** Times a bare handler, for the one function that someone waits for. */
const INIT_LIMITS: Readonly<Record<string, number>> = { Validate: 2.6 };

interface Row {
  readonly what: string;
  readonly value: string;
  readonly limit: string;
  readonly result: 'ok' | 'TOO HIGH' | '';
}

async function measure(outdir: string): Promise<Row[]> {
  const { bare, deployed } = bundle(outdir);
  const times = await initTimes([bare, ...deployed], ROUNDS);
  const bareMs = times.get(bare.name) ?? Number.NaN;
  const sizes = deployed.map(({ name, file }) => sizeRow(name, statSync(file).size / 1024));
  const inits = deployed.map(({ name }) => initRow(name, times.get(name) ?? Number.NaN, bareMs));
  return [...sizes, { what: `init of a ${bare.name}`, value: ms(bareMs), limit: '', result: '' }, ...inits];
}

/** In a process of its own: one that has the CDK in memory takes many milliseconds longer to start another. */
function bundle(outdir: string): Bundles {
  const script = join(import.meta.dirname, 'bundles.ts');
  return JSON.parse(execFileSync(process.execPath, [script, outdir], { encoding: 'utf8' }));
}

function sizeRow(name: string, kib: number): Row {
  const result = kib <= LIMIT_KIB ? 'ok' : 'TOO HIGH';
  return { what: `bundle of ${name}`, value: `${kib.toFixed(1)} KiB`, limit: `${LIMIT_KIB} KiB`, result };
}

function initRow(name: string, time: number, bareMs: number): Row {
  const ratio = time / bareMs;
  const limit = INIT_LIMITS[name];
  const what = `init of ${name}`;
  const value = `${ms(time)} = ${ratio.toFixed(2)} x bare`;
  if (limit === undefined) return { what, value, limit: '', result: '' };
  return { what, value, limit: `${limit.toFixed(2)} x`, result: ratio <= limit ? 'ok' : 'TOO HIGH' };
}

function ms(time: number): string {
  return `${time.toFixed(1)} ms`;
}

function print(rows: readonly Row[]): void {
  for (const { what, value, limit, result } of rows) {
    console.log(`${what.padEnd(24)}${value.padStart(22)}${limit.padStart(12)}  ${result}`.trimEnd());
  }
}

const outdir = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
try {
  const rows = await measure(outdir);
  print([{ what: `median of ${ROUNDS} rounds`, value: 'measured', limit: 'limit', result: '' }, ...rows]);
  if (rows.some(({ result }) => result === 'TOO HIGH')) process.exitCode = 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
