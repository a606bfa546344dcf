import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ENVIRONMENT } from '../../functions/observe/names.ts';
import type { Bundle } from './bundles.ts';

/** Prints when the handler was there. As in Lambda, .mjs is imported and .js is required. */
const loader = (load: string) => `
  const { handler } = ${load}(process.argv[1]);
  const now = performance.timeOrigin + performance.now();
  if (typeof handler !== 'function') throw new Error('no handler');
  process.stdout.write(String(now));
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

/**
 * Milliseconds from starting Node to the exported handler: for each bundle the median of `rounds`.
 * The bundles take turns, so that a busy moment of the machine hits them all alike; the first turn only warms caches.
 */
export async function initTimes(bundles: readonly Bundle[], rounds: number): Promise<Map<string, number>> {
  const times = bundles.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, bundle] of bundles.entries()) {
      const time = await initTime(bundle);
      if (round > 0) times[index]?.push(time);
    }
  }
  return new Map(bundles.map(({ name }, index) => [name, median(times[index] ?? [])]));
}

async function initTime({ file }: Bundle): Promise<number> {
  const start = performance.timeOrigin + performance.now();
  const load = file.endsWith('.mjs') ? LOAD_ESM : LOAD_CJS;
  const { stdout } = await promisify(execFile)(process.execPath, [...load, file], { env: ENV });
  return Number(stdout) - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
