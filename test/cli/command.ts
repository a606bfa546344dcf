import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { run, type Streams } from '../../cli/command.ts';

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
  /** Standard input: whole, or piece by piece. */
  readonly input?: string | Iterable<string>;
  readonly env?: Readonly<Record<string, string>>;
  /** Of a terminal, on which `input` is typed once it asks; absent: there is none. */
  readonly columns?: number;
}

/** Runs the command in this process, to its end; only what is about the process itself starts one. */
export async function keyturn(args: readonly string[], options: Options = {}): Promise<Run> {
  const { input = '', env, columns } = options;
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  const stdin = Object.assign(new PassThrough(), terminal);
  const stdout = Object.assign(new Kept(), terminal);
  const stderr = Object.assign(new Kept(), terminal);
  const give = () => Readable.from(typeof input === 'string' ? [input] : input).pipe(stdin);
  if (columns === undefined) give();
  else stderr.once('data', give);
  const before = process.env;
  process.env = cleanEnvironment(env);
  try {
    const code = await run(args, { stdin, stdout, stderr } as unknown as Streams);
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    process.env = before;
  }
}

/** Keeps what is written; it stays open whoever ends it, as the streams of a process do. */
class Kept extends PassThrough {
  text = '';

  constructor() {
    super({ encoding: 'utf8' });
    this.on('data', (chunk: string) => {
      this.text += chunk;
    });
  }

  override end(): this {
    return this;
  }
}

interface ProcessOptions {
  /** Standard input, whole; null leaves it open. */
  readonly input?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts the command off a terminal, as a shell does. */
export function startKeyturn(args: readonly string[], { input = '', env, cwd }: ProcessOptions = {}) {
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
