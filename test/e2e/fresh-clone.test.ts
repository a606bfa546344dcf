import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runningWith } from '../sandbox/processes.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A copy of the repository without anything that was installed; its path marks all that runs from it. */
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'keyturn-clone-'));
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', listed, { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
  for (const file of files) {
    if (existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(clone, file));
  }
});

afterEach(() => rmSync(clone, { recursive: true, force: true, maxRetries: 5 }));

/** Starts the command and sends it the signal as soon as a process runs whose command line has `busy` in it. */
async function stopWhile(busy: string, command: readonly string[], signal: NodeJS.Signals): Promise<void> {
  const env = { ...process.env, TMPDIR: clone };
  const run = spawn(process.execPath, [...command, '--once'], { cwd: clone, env, stdio: 'ignore' });
  const ended = once(run, 'exit');
  const commands = () => runningWith(clone).join('\n');
  await vi.waitFor(() => expect(commands()).toContain(busy), { timeout: 60_000, interval: 20 });
  run.kill(signal);
  const [code] = await ended;
  expect(code).not.toBe(0);
  await vi.waitFor(() => expect(runningWith(clone)).toEqual([]), { timeout: 5000, interval: 50 });
}

describe('a first start that is told to end', () => {
  it('leaves no npm running', async () => {
    await stopWhile('npm ci', ['scripts/run.mjs', 'sandbox/main.ts'], 'SIGTERM');
    expect(existsSync(join(clone, 'node_modules/.keyturn-lock'))).toBe(false);
  });

  it('leaves no pip running, and no environment that looks whole', async () => {
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    await stopWhile('pip install', ['sandbox/main.ts'], 'SIGINT');
    expect(readdirSync(join(clone, '.keyturn'))).toEqual([expect.stringMatching(/^ministack-\w+\.\d+-/)]);
  });
});
