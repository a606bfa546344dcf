import { beforeEach, describe, expect, it } from 'vitest';
import { lease, SETTLING_MS } from '../../../../functions/lifecycle/lease.ts';
import { World } from './world.ts';

/** What a step needs after a wait (ms). */
const LEAST_LEFT_MS = 30_000;

describe('a step that another process keeps waiting', () => {
  let world: World;
  let token: string;
  let waitMs: number;

  beforeEach(async () => {
    world = new World();
    token = world.newToken();
    const others = lease(world.newToken(), world.now);
    await world.ledger.recordMint(world.arn, others);
    world.secrets.beginRotation(world.arn, token);
    waitMs = others.endsBy + SETTLING_MS - world.now;
  });

  it('waits until the other can do nothing more, and no longer, when half a minute is left after that', async () => {
    const began = world.now;
    expect(await world.step('createSecret', token, waitMs + LEAST_LEFT_MS)).toBe('minted');
    expect(world.now - began).toBe(waitMs);
  });

  it('begins no wait that would leave less: it fails at once, makes nothing, and a later try succeeds', async () => {
    const began = world.now;
    await expect(world.step('createSecret', token, waitMs + LEAST_LEFT_MS - 1)).rejects.toThrow(
      'another process may still be making a credential for this secret; try again',
    );
    expect([world.now, world.iam.keys.size]).toEqual([began, 0]);
    world.now += waitMs;
    expect(await world.step('createSecret', token, LEAST_LEFT_MS)).toBe('minted');
  });
});
