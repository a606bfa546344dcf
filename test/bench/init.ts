import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { functionEnvironment } from '../support/lambda/environment.ts';
import type { Bundle } from './bundles.ts';
import type { Time } from './turns.ts';

/** Prints when the handler was there, and the CPU time it took. As in Lambda, .mjs is imported and .js is required. */
const loader = (load: string) => `
  const { handler } = ${load}(process.argv[1]);
  const now = performance.timeOrigin + performance.now();
  const { user, system } = process.cpuUsage();
  if (typeof handler !== 'function') throw new Error('no handler');
  console.log(JSON.stringify({ now, cpuMs: (user + system) / 1000 }));
`;
const LOAD_ESM = ['--input-type=module', '--eval', loader('await import')];
const LOAD_CJS = ['--input-type=commonjs', '--eval', loader('require')];

/** From starting Node to the exported handler; no call is made. */
export async function init({ file }: Bundle): Promise<Time> {
  const load = file.endsWith('.mjs') ? LOAD_ESM : LOAD_CJS;
  return timed([...load, file], functionEnvironment());
}

/** Runs Node with `args`; it prints `{ now, cpuMs }` when what is timed has happened. */
export async function timed(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Time> {
  const start = performance.timeOrigin + performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const { now, cpuMs } = JSON.parse(stdout);
  return { wallMs: now - start, cpuMs };
}
