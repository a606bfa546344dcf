import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { Run } from './command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A clone with these files and no others. */
function cloneWith(files: readonly string[]): string {
  const clone = mkdtempSync(join(tmpdir(), 'keyturn-'));
  onTestFinished(() => rmSync(clone, { recursive: true }));
  for (const file of files) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(join(ROOT, file), join(clone, file));
  }
  return clone;
}

function run(path: string): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path, 'validate', 'x'], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

it('dependencies that cannot be installed end it with 3, never with the exit code of a verdict', async () => {
  const clone = cloneWith(['cli/keyturn.mjs', 'infra/bootstrap.mjs', 'infra/lifeline.mjs', 'package.json']);
  writeFileSync(join(clone, 'package-lock.json'), 'broken');
  const { code, stdout, stderr } = await run(join(clone, 'cli/keyturn.mjs'));
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('Installing dependencies');
});

it('a crash ends it with 2: it proves nothing of the credential', async () => {
  const { code, stdout, stderr } = await run(join(cloneWith(['cli/main.ts', 'package.json']), 'cli/main.ts'));
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('keyturn: Cannot find module');
});
