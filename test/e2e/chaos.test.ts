import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Balance } from '../../infra/sandbox/chaos/balance.ts';
import { runChaos } from '../../infra/sandbox/chaos/chaos.ts';
import { propagation } from '../../infra/sandbox/chaos/propagation.ts';
import { Children } from '../../infra/sandbox/host/children.ts';
import { Progress } from '../../infra/sandbox/progress.ts';
import { openSandbox } from '../../infra/sandbox/sandbox.ts';

/** One whose run of this length has every fault in it; `npm run chaos` draws another one each time. */
const SEED = 1;
const ROTATIONS = 8;
const MINUTE = 60_000;

const children = new Children();
const folder = mkdtempSync(join(tmpdir(), 'keyturn-chaos-'));
const printed: string[] = [];
let balance: Balance;

beforeAll(async () => {
  const progress = new Progress({ write: (text) => printed.push(String(text)) > 0 });
  const sandbox = await openSandbox({ children, folder, progress, propagationMs: propagation(SEED) });
  balance = await runChaos(sandbox, progress, { seed: SEED, rotations: ROTATIONS });
  await sandbox.close();
}, 10 * MINUTE);

afterAll(async () => {
  await children.stopAll();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

it('loses no mail, no credential and no key while functions crash in the middle of rotations', () => {
  expect(balance.violations).toEqual([]);
  expect(balance).toMatchObject({
    rotations: ROTATIONS,
    lostSends: 0,
    lostCredentials: 0,
    leakedKeys: 0,
  });
});

it('has put every kind of fault between the functions and AWS, and rotations had to be tried again', () => {
  for (const [fault, count] of Object.entries(balance.faults)) expect(count, fault).toBeGreaterThan(0);
  expect(balance.rotationTries).toBeGreaterThan(ROTATIONS);
});

it('would have noticed: an application that reads its secret once lost mail, the others had to refresh', () => {
  expect(balance.controlLosses).toBeGreaterThan(0);
  expect(balance.refreshes).toBeGreaterThanOrEqual(ROTATIONS);
  expect(balance.sends).toBeGreaterThan(500);
});
