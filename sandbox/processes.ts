import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Progress, StepFailed } from './progress.ts';

const LIFELINE = fileURLToPath(new URL('../scripts/lifeline.mjs', import.meta.url));
/** Lines of output kept for the message when a command fails. */
const TAIL_LINES = 40;

export interface CommandOptions {
  /** The whole environment of the command: nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly onLine?: (line: string) => void;
}

/** A command that did not exit with 0; `output` holds its last lines. */
export class CommandFailed extends Error {
  readonly output: string;

  constructor(command: string, code: number | null, output: string) {
    super(`${command} exited with ${code ?? 'a signal'}: ${output.trim().split('\n').at(-1) ?? ''}`);
    this.name = 'CommandFailed';
    this.output = output;
  }
}

/** One command and all that it started, in a process group of its own. */
export interface Child {
  /** Resolves to the exit code when the command has ended; null after a signal. */
  readonly ended: Promise<number | null>;
  tail(): string;
  stop(): Promise<void>;
}

/**
 * The processes of this sandbox. Each runs under scripts/lifeline.mjs, so that it ends with this process even if
 * that is killed; `stopAll` ends them at once and refuses to start more.
 */
export class Children {
  readonly #running = new Set<Child>();
  #stopping = false;

  start(command: string, args: readonly string[], options: CommandOptions): Child {
    if (this.#stopping) throw new Error('the sandbox is stopping');
    const leader = spawn(process.execPath, [LIFELINE, command, ...args], {
      ...(options.cwd && { cwd: options.cwd }),
      env: options.env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const child = supervise(leader, options.onLine);
    this.#running.add(child);
    const forget = () => this.#running.delete(child);
    child.ended.then(forget, forget);
    return child;
  }

  /** Resolves when the command has exited with 0; rejects with CommandFailed. */
  async run(command: string, args: readonly string[], options: CommandOptions): Promise<void> {
    const child = this.start(command, args, options);
    const code = await child.ended;
    if (code !== 0) throw new CommandFailed(command, code, child.tail());
  }

  async stopAll(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#running].map((child) => child.stop()));
  }
}

function supervise(leader: ChildProcess, onLine?: (line: string) => void): Child {
  const lines: string[] = [];
  for (const stream of [leader.stdout, leader.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > TAIL_LINES) lines.shift();
      onLine?.(line);
    });
  }
  leader.stdin?.on('error', () => {});
  leader.once('exit', () => killGroup(leader.pid));
  const ended = once(leader, 'close').then(([code]) => code as number | null);
  const stop = async () => {
    leader.stdin?.destroy();
    killGroup(leader.pid);
    await ended;
  };
  return { ended, stop, tail: () => lines.join('\n') };
}

/** Ends whatever is left in the group of `leader`; ESRCH, or EPERM on macOS, when nothing is. */
function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // The group is empty, which is what was wanted.
  }
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const PARENT_CHECK_MS = 500;

/** What a command of the sandbox works with. */
export interface Workplace {
  readonly children: Children;
  /** Everything that is written while it runs; it is removed at the end. */
  readonly folder: string;
  readonly progress: Progress;
  /** Resolves to the exit code as soon as this process is asked to end, or whoever started it is gone. */
  readonly stopped: Promise<number>;
}

/** Runs `work`, which resolves to the exit code, to its end or until it is stopped. Leaves nothing behind, and exits. */
export async function live(work: (workplace: Workplace) => Promise<number>): Promise<never> {
  const children = new Children();
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-sandbox-'));
  const progress = new Progress(process.stdout);
  const stopped = stopSignal();
  process.exitCode = await Promise.race([stopped, explained(work, { children, folder, progress, stopped })]);
  await children.stopAll();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  // Servers and kept connections would hold the process; nothing of them is worth waiting for.
  process.exit();
}

async function explained(
  work: (workplace: Workplace) => Promise<number>,
  workplace: Workplace,
): Promise<number> {
  try {
    return await work(workplace);
  } catch (error) {
    const { progress } = workplace;
    progress.line(`\n${progress.paint('red', explain(error))}`);
    return 1;
  }
}

function explain(error: unknown): string {
  if (!(error instanceof StepFailed)) return String(error instanceof Error ? error.stack : error);
  const { step, message, cause } = error;
  const output = cause instanceof CommandFailed ? `\n${cause.output}` : '';
  return `Failed: ${step}\n${message}${output}`;
}

function stopSignal(): Promise<number> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    for (const [signal, code] of Object.entries(EXIT_CODES)) process.on(signal, () => resolve(code));
    process.stdout.on('error', () => resolve(1));
    setInterval(() => {
      if (process.ppid !== parent) resolve(EXIT_CODES.SIGHUP);
    }, PARENT_CHECK_MS);
  });
}
