import type { Bundle } from './bundles.ts';

/** What one start of a bundle took, from starting Node. */
export interface Time {
  readonly wallMs: number;
  /** Of all threads; hardly changes when the machine is busy with other work. */
  readonly cpuMs: number;
}

/**
 * For each bundle the medians of `rounds`, by its name. The bundles take turns, so that a change of the machine hits
 * them all alike; a first turn only warms caches.
 */
export async function inTurns(
  bundles: readonly Bundle[],
  rounds: number,
  start: (bundle: Bundle) => Promise<Time>,
): Promise<(bundle: Bundle) => Time> {
  const times = new Map(bundles.map(({ name }): [string, Time[]] => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const bundle of bundles) {
      const time = await start(bundle);
      if (round > 0) times.get(bundle.name)?.push(time);
    }
  }
  return ({ name }) => medians(times.get(name) ?? []);
}

function medians(times: readonly Time[]): Time {
  return {
    wallMs: median(times.map(({ wallMs }) => wallMs)),
    cpuMs: median(times.map(({ cpuMs }) => cpuMs)),
  };
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
