import { expect } from 'vitest';
import { runChaos } from '../../sandbox/chaos/chaos.ts';
import { propagation } from '../../sandbox/chaos/faults.ts';
import type { Progress } from '../../sandbox/progress.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/**
 * Its first 60 calls of the rotation function have every fault in them, and a crash of the first rotation; few of its crashes
 * are of the function that retires, which then has its secret for half a minute. `npm run chaos` draws another seed each time.
 */
const SEED = 34270;
const ROTATIONS = 3;

export const CHAOS_PROPAGATION = propagation(SEED);

/** `npm run chaos`, as short as it can be and still have everything in it. */
export async function expectNothingLost(sandbox: Sandbox, progress: Progress): Promise<void> {
  const balance = await runChaos(sandbox, progress, { seed: SEED, rotations: ROTATIONS });
  expect(balance.violations).toEqual([]);
  expect(balance).toMatchObject({
    rotations: ROTATIONS,
    lostSends: 0,
    lostCredentials: 0,
    leakedKeys: 0,
  });
  // Every kind of fault came between the functions and AWS, and rotations had to be tried again.
  for (const [fault, count] of Object.entries(balance.faults)) expect(count, fault).toBeGreaterThan(0);
  expect(balance.rotationTries).toBeGreaterThan(ROTATIONS);
  // It would have noticed: an application that reads its secret once lost mail, the others had to refresh.
  expect(balance.controlLosses).toBeGreaterThan(0);
  expect(balance.refreshes).toBeGreaterThanOrEqual(ROTATIONS);
  expect(balance.sends).toBeGreaterThan(60 * ROTATIONS);
}
