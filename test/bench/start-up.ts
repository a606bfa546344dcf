import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleLimitKiB } from '../support/deployed-functions.ts';
import type { Bundle, Bundles } from './bundles.ts';
import { firstRead, startSecretsManager } from './first-read/first-read.ts';
import { init } from './init.ts';
import { gated, type Row, times, told } from './rows.ts';
import { inTurns, type Time } from './turns.ts';

const ROUNDS = 21;
/** A bare handler on an idle machine waits for nothing: its wall time is its CPU time. */
const BUSY = 1.25;
/** Of what the plain bundle of the SDK and nodemailer takes. */
const FIRST_READ_LIMIT = 0.95;

/** What a user waits for when no function is warm yet: sizes, initialisation, and the first secret. */
export async function startUpRows({ bare, plain, deployed }: Bundles): Promise<Row[]> {
  const timeOf = await inTurns([bare, ...deployed], ROUNDS, init);
  warnIfBusy(timeOf(bare));
  return [
    ...deployed.map(({ name, file }) => sizeRow(name, statSync(file).size / 1024)),
    ...[bare, ...deployed].map((one) => initRow(one.name, timeOf(one), timeOf(bare))),
    await firstReadRow(deployed, plain),
  ];
}

/** In a process of its own: one that has the CDK in memory takes many milliseconds longer to start another. */
export function bundle(outdir: string): Bundles {
  const script = join(import.meta.dirname, 'bundles.ts');
  return JSON.parse(execFileSync(process.execPath, [script, outdir], { encoding: 'utf8' }));
}

function warnIfBusy({ wallMs, cpuMs }: Time): void {
  if (wallMs > BUSY * cpuMs)
    console.error('This machine is busy with other work: expect init ratios too high.');
}

function sizeRow(name: string, kib: number): Row {
  const limit = bundleLimitKiB(name);
  const result = kib <= limit ? 'ok' : 'TOO HIGH';
  return { what: `bundle of ${name}`, value: `${kib.toFixed(1)} KiB`, limit: `${limit} KiB`, result };
}

function initRow(name: string, time: Time, bare: Time): Row {
  const detail = `${time.wallMs.toFixed(0)} ms (CPU ${times(time.cpuMs / bare.cpuMs)})`;
  return told(`init of ${name} / bare handler`, `${detail}, ${times(time.wallMs / bare.wallMs)}`);
}

async function firstReadRow(deployed: readonly Bundle[], plain: Bundle): Promise<Row> {
  const validate = deployed.find(({ name }) => name === 'Validate');
  if (!validate) throw new Error('the stack has no function Validate');
  const stub = await startSecretsManager();
  try {
    const timeOf = await inTurns([plain, validate], ROUNDS, (one) => firstRead(one, stub));
    const [ours, theirs] = [timeOf(validate), timeOf(plain)];
    const detail = `${ours.wallMs.toFixed(0)} of ${theirs.wallMs.toFixed(0)} ms (CPU ${times(ours.cpuMs / theirs.cpuMs)})`;
    return gated(
      'init and first secret of Validate / plain bundle',
      ours.wallMs / theirs.wallMs,
      FIRST_READ_LIMIT,
      detail,
    );
  } finally {
    await stub.stop();
  }
}
