import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Children, CommandFailed } from './host/children.ts';
import { commandsToTry } from './job/commands.ts';
import { runJob } from './job/job.ts';
import { showResult } from './job/result.ts';
import { Progress, StepFailed } from './progress.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

const USAGE = 'usage: npm start [-- --once]   (--once: end when the job has ended)';
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const PARENT_CHECK_MS = 500;

const children = new Children();
const folder = mkdtempSync(join(tmpdir(), 'keyturn-sandbox-'));
const progress = new Progress(process.stdout);

process.exitCode = await main();
await children.stopAll();
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
// Servers and kept connections would hold the process; nothing of them is worth waiting for.
process.exit();

async function main(): Promise<number> {
  const once = readOnce();
  if (once === undefined) return 2;
  const stays = process.stdout.isTTY && !once;
  const stopped = stopSignal();
  const code = await Promise.race([stopped, job(stays)]);
  if (code === 0 && stays) await stopped;
  return code;
}

/** Undefined, and the usage is shown, when the arguments are not understood. */
function readOnce(): boolean | undefined {
  try {
    return parseArgs({ options: { once: { type: 'boolean', default: false } } }).values.once;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return undefined;
  }
}

/** 0 when every step did what it should. */
async function job(stays: boolean): Promise<number> {
  try {
    const localAwsUrl = process.env.KEYTURN_LOCAL_AWS_URL;
    const sandbox = await openSandbox({ children, folder, progress, localAwsUrl });
    await showResult(sandbox, await runJob(sandbox, progress), progress);
    if (stays) showCommands(sandbox);
    return 0;
  } catch (error) {
    progress.line(`\n${progress.paint('red', explain(error))}`);
    return 1;
  }
}

function showCommands(sandbox: Sandbox): void {
  progress.heading('Try it (Ctrl-C ends everything)');
  for (const line of commandsToTry(sandbox)) progress.line(line);
}

function explain(error: unknown): string {
  if (!(error instanceof StepFailed)) return String(error instanceof Error ? error.stack : error);
  const { step, message, cause } = error;
  const output = cause instanceof CommandFailed ? `\n${cause.output}` : '';
  return `Failed: ${step}\n${message}${output}`;
}

/** Resolves to the exit code as soon as this process is asked to end, or whoever started it is gone. */
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
