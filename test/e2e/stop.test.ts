import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startMiniStack } from '../../sandbox/ministack/ministack.ts';
import { ensurePythonEnvironment } from '../../sandbox/ministack/python.ts';
import { Children } from '../../sandbox/processes.ts';
import { KEEP } from '../../sandbox/sandbox.ts';
import { runningWith } from '../sandbox/processes.ts';

const ROOT = join(import.meta.dirname, '../..');
const BOOTSTRAP = [process.execPath, 'scripts/run.mjs', 'sandbox/main.ts', '--once'];
const NPM = ['npm', 'start', '--', '--once'];
/** A step is shown when it has ended; the one after this runs the CDK. */
const DEPLOYING = 'create what is there before Keyturn';

/** A signal, and what it comes right after. */
type Moment = [NodeJS.Signals, string, (run: ChildProcess) => Promise<unknown>];

/** All that a run starts writes below its own TMPDIR, so the path marks each of its processes. */
let mark: string;

beforeEach(() => {
  mark = mkdtempSync(join(tmpdir(), 'keyturn-stop-'));
});

afterEach(() => rmSync(mark, { recursive: true, force: true, maxRetries: 5 }));

function start([command = '', ...args]: readonly string[], localAwsUrl = ''): ChildProcess {
  return spawn(command, args, {
    cwd: ROOT,
    // Without the address of a local AWS that runs already: what has to end is one of its own.
    env: { ...process.env, KEYTURN_LOCAL_AWS_URL: localAwsUrl, TMPDIR: mark, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Resolves when a line of its output has `text` in it; rejects when it ends before. */
async function shows(run: ChildProcess, text: string): Promise<void> {
  if (!run.stdout) throw new Error('no output to read');
  for await (const line of createInterface({ input: run.stdout })) if (line.includes(text)) return;
  throw new Error(`the run ended before it showed "${text}"`);
}

/** Resolves when `cdk deploy` has begun to synthesise: then the CDK, the app and its bundlers run, each under the other. */
async function synthesises(): Promise<void> {
  const assembly = join(mark, 'keyturn-sandbox-*', 'cdk.out');
  await vi.waitFor(() => expect(globSync(assembly)).toHaveLength(1), { timeout: 60_000, interval: 20 });
}

async function expectNothingLeft(): Promise<void> {
  await vi.waitFor(() => expect(runningWith(mark)).toEqual([]), { timeout: 10_000, interval: 100 });
}

describe('a run that is told to end', () => {
  it.each([
    ['SIGTERM', 'its process starts', (run) => once(run, 'spawn')],
    ['SIGINT', 'MiniStack is there', (run) => shows(run, 'prepare MiniStack')],
    ['SIGTERM', 'the local AWS runs', (run) => shows(run, 'start the local AWS')],
    ['SIGINT', 'cdk bootstrap starts', (run) => shows(run, DEPLOYING)],
    ['SIGTERM', 'cdk deploy synthesises', synthesises],
    ['SIGINT', 'the job validates credentials', (run) => shows(run, 'validate all credentials')],
  ] satisfies Moment[])('leaves nothing running after %s as soon as %s', async (signal, _, reached) => {
    const run = start(BOOTSTRAP);
    const ended = once(run, 'exit');
    await reached(run);
    expect(runningWith(mark)).not.toEqual([]);
    run.stdout?.resume();
    run.kill(signal);
    const [code] = await ended;
    expect(code).not.toBe(0);
    await expectNothingLeft();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'leaves nothing running when npm itself gets %s',
    async (signal) => {
      const run = start(NPM);
      const ended = once(run, 'exit');
      await shows(run, DEPLOYING);
      run.stdout?.resume();
      run.kill(signal);
      await ended;
      await expectNothingLeft();
    },
  );
});

it('two sandboxes run side by side, one of them on a local AWS that ran before', async () => {
  const children = new Children();
  const url = await startLocalAws(children);
  const runs = [start(BOOTSTRAP), start(BOOTSTRAP, url)];
  const ended = runs.map((run) => {
    run.stdout?.resume();
    return once(run, 'exit');
  });
  const codes = (await Promise.all(ended)).map(([code]) => code);
  expect(codes).toEqual([0, 0]);
  await children.stopAll();
  await expectNothingLeft();
});

async function startLocalAws(children: Children): Promise<string> {
  const { python } = await ensurePythonEnvironment(KEEP, children);
  // Its functions would call nobody: the sandbox has to lead them through its own gateway.
  const endpointUrl = 'http://127.0.0.1:9';
  return startMiniStack(children, { python, folder: mark, endpointUrl, account: '111122223333' });
}
