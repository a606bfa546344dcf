import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** What `npx keyturn` runs. */
export const BINARY = fileURLToPath(new URL('../../cli/keyturn.mjs', import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** No AWS settings of the person who runs the tests: neither may they change a result, nor be used. */
export function cleanEnvironment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return {
    PATH,
    HOME,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    ...env,
  };
}

interface Options {
  /** Standard input, whole; null leaves it open. */
  readonly input?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs the command off a terminal, to its end. */
export function keyturn(args: readonly string[], options: Options = {}): Promise<Run> {
  return startKeyturn(args, options).ended;
}

export function startKeyturn(args: readonly string[], { input = '', env, cwd }: Options = {}) {
  const child = spawn(process.execPath, [BINARY, ...args], { env: cleanEnvironment(env), cwd });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  // A command that does not read its input may be gone before it is written.
  child.stdin.on('error', () => {});
  if (input !== null) child.stdin.end(input);
  const ended = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(
    ([code, stdout, stderr]): Run => ({ code, stdout, stderr }),
  );
  return { child, ended };
}

/** A file that lives as long as the test. */
export function temporaryFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'ca.pem');
  writeFileSync(path, content);
  return path;
}
