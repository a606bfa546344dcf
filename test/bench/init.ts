import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ENVIRONMENT } from '../../functions/observe/names.ts';
import type { Bundle } from './bundles.ts';

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

/** What Lambda's environment holds; no call is made. */
const ENV = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  ...Object.fromEntries(Object.values(ENVIRONMENT).map((name) => [name, '1'])),
};

/** Milliseconds from starting Node to the exported handler. */
export interface InitTime {
  readonly wallMs: number;
  /** Of all threads; hardly changes when the machine is busy with other work. */
  readonly cpuMs: number;
}

/**
 * For each bundle the medians of `rounds`, by its name. The bundles take turns, so that a change of the machine hits
 * them all alike; a first turn only warms caches.
 */
export async function initTimes(bundles: readonly Bundle[], rounds: number): Promise<Map<string, InitTime>> {
  const times = bundles.map((): InitTime[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, bundle] of bundles.entries()) {
      const time = await initTime(bundle);
      if (round > 0) times[index]?.push(time);
    }
  }
  return new Map(bundles.map(({ name }, index) => [name, medians(times[index] ?? [])]));
}

async function initTime({ file }: Bundle): Promise<InitTime> {
  const load = file.endsWith('.mjs') ? LOAD_ESM : LOAD_CJS;
  const start = performance.timeOrigin + performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [...load, file], { env: ENV });
  const { now, cpuMs } = JSON.parse(stdout);
  return { wallMs: now - start, cpuMs };
}

function medians(times: readonly InitTime[]): InitTime {
  return {
    wallMs: median(times.map(({ wallMs }) => wallMs)),
    cpuMs: median(times.map(({ cpuMs }) => cpuMs)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
