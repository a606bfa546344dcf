import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundle, Bundles } from './bundles.ts';
import { type InitTime, initTimes } from './init.ts';

// Not here: the speed of a login. It runs on nodemailer's own connection, so its CPU time follows nodemailer's, and its
// latency is the network's: 5 round trips with TLS, 7 with STARTTLS. An smtp-server in process would add its fixed
// 100 ms before the greeting, and hide any difference.

const ROUNDS = 21;
const LIMIT_KIB = 450;
/** A bare handler on an idle machine waits for nothing: its wall time is its CPU time. */
const BUSY = 1.25;
/** Times a bare handler's wall time on an idle machine, for the one function that someone waits for. */
const INIT_LIMITS: Readonly<Record<string, number>> = { Validate: 2.6 };

interface Row {
  readonly what: string;
  readonly value: string;
  readonly limit: string;
  readonly result: 'ok' | 'TOO HIGH' | '';
}

async function measure(outdir: string): Promise<Row[]> {
  const { bare, deployed } = bundle(outdir);
  const measured = await initTimes([bare, ...deployed], ROUNDS);
  const timeOf = ({ name }: Bundle) => measured.get(name) ?? { wallMs: Number.NaN, cpuMs: Number.NaN };
  warnIfBusy(timeOf(bare));
  return [
    ...deployed.map(({ name, file }) => sizeRow(name, statSync(file).size / 1024)),
    ...[bare, ...deployed].map((one) => initRow(one.name, timeOf(one), timeOf(bare))),
  ];
}

/** In a process of its own: one that has the CDK in memory takes many milliseconds longer to start another. */
function bundle(outdir: string): Bundles {
  const script = join(import.meta.dirname, 'bundles.ts');
  return JSON.parse(execFileSync(process.execPath, [script, outdir], { encoding: 'utf8' }));
}

function warnIfBusy({ wallMs, cpuMs }: InitTime): void {
  if (wallMs > BUSY * cpuMs)
    console.error('This machine is busy with other work: expect init ratios too high.');
}

function sizeRow(name: string, kib: number): Row {
  const result = kib <= LIMIT_KIB ? 'ok' : 'TOO HIGH';
  return { what: `bundle of ${name}`, value: `${kib.toFixed(1)} KiB`, limit: `${LIMIT_KIB} KiB`, result };
}

function initRow(name: string, time: InitTime, bare: InitTime): Row {
  const ratio = time.wallMs / bare.wallMs;
  const limit = INIT_LIMITS[name];
  const what = `init of ${name}`;
  const value = `${time.wallMs.toFixed(0)} ms, ${times(ratio)} bare (CPU ${times(time.cpuMs / bare.cpuMs)})`;
  if (limit === undefined) return { what, value, limit: '', result: '' };
  return { what, value, limit: times(limit), result: ratio <= limit ? 'ok' : 'TOO HIGH' };
}

function times(ratio: number): string {
  return `${ratio.toFixed(2)} x`;
}

function print(rows: readonly Row[]): void {
  for (const { what, value, limit, result } of rows) {
    console.log(`${what.padEnd(26)}${value.padStart(36)}${limit.padStart(10)}  ${result}`.trimEnd());
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
