import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loginRows, missingForLogins } from './logins/logins.ts';
import { retirementRows } from './retirement/retirement.ts';
import { print, type Row } from './rows.ts';
import { bundle, startUpRows } from './start-up.ts';

async function measured(): Promise<Row[]> {
  const outdir = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
  try {
    const bundles = bundle(outdir);
    return [
      ...(await startUpRows(bundles)),
      ...(await retirementRows(bundles.deployed)),
      ...(await logins()),
    ];
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

async function logins(): Promise<Row[]> {
  const missing = missingForLogins();
  if (missing === null) return loginRows();
  console.error(`Skipped: logins at Postfix and Dovecot over a 40 ms round trip. They need ${missing}.`);
  return [];
}

// What the bench sets up is taken down when the process exits; a signal alone would not let it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const rows = await measured();
print([{ what: 'medians', value: 'measured', limit: 'limit', result: '' }, ...rows]);
if (rows.some(({ result }) => result === 'TOO HIGH')) process.exitCode = 1;
