import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const LIFELINE = fileURLToPath(new URL('../../scripts/lifeline.mjs', import.meta.url));
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
