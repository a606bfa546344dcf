import { expect, it } from 'vitest';
import { disturbances } from './disturbances.ts';
import { Lab } from './lab.ts';
import { SUBJECTS } from './providers.ts';
import { SCENARIOS } from './scenarios.ts';
import { callsOf, explore, recoveriesOf, type Schedule, unexplored } from './schedules.ts';

/** Longer, to look further: KEYTURN_ENUMERATION_SECONDS=3600 npm test -- random */
const SECONDS = Number(process.env.KEYTURN_ENUMERATION_SECONDS ?? 5);
const SEED = Number(process.env.KEYTURN_ENUMERATION_SEED ?? Date.now());

/** mulberry32: small, and the same for the same seed. */
function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

it('several things that go wrong one after the other do no harm either', {
  timeout: (SECONDS + 120) * 1000,
}, async () => {
  const next = random(SEED);
  const oneOf = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)] as T;
  const explored = unexplored();
  const endsAt = Date.now() + SECONDS * 1000;
  while (Date.now() < endsAt) {
    const makeSubject = oneOf(Object.values(SUBJECTS));
    const scenario = oneOf(SCENARIOS.filter(({ fits }) => fits?.(new Lab(makeSubject)) ?? true));
    const all = disturbances(await callsOf(makeSubject, scenario));
    const schedule: Schedule = {
      scenario,
      disturbances: Array.from({ length: 1 + Math.floor(next() * 4) }, () => oneOf(all)),
      recovery: oneOf(recoveriesOf(makeSubject)),
      lagMs: oneOf([0, 0, 3000, 8000]),
    };
    await explore(makeSubject, schedule, explored);
  }
  console.log(`seed ${SEED}: ${explored.schedules} schedules, ${explored.states.size} states`);
  expect([...explored.violations].map(([violation, seen]) => [violation, seen.slice(0, 3)])).toEqual([]);
});
