import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Progress, StepFailed } from '../progress.ts';
import { Children, CommandFailed } from './children.ts';

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
