import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../support/aws/faults.ts';
import { shareOf } from '../../../support/share.ts';
import { HOUR_MS, World } from './world.ts';

/** Each crash has a world, and each world a DynamoDB, of its own. */
const MINUTE = 60_000;
const FAULTS: readonly FaultKind[] = ['crash-before', 'crash-after', 'refused', 'ambiguous-timeout'];

/** Scenarios before the rotation under test. */
const SCENARIOS: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'the first rotation': async () => {},
  'a later rotation': async (world) => {
    await world.rotate();
  },
};

async function callsOfOneRotation(prepare: (world: World) => Promise<void>): Promise<number> {
  const world = new World();
  await prepare(world);
  world.faults.revive();
  await world.rotate();
  return world.faults.calls;
}

/** What follows a fault. */
const FOLLOWERS = ['retry', 'new rotation'] as const;

/**
 * Each fault begins at another call, and so does what follows it, so that `npm test` meets every call with one fault or another
 * and one of what can follow.
 */
function callsAttacked(
  calls: number,
  kind: FaultKind,
  follower: (typeof FOLLOWERS)[number],
): readonly number[] {
  const all = Array.from({ length: calls }, (_, at) => at + 1);
  const from = FAULTS.indexOf(kind) * FOLLOWERS.length + FOLLOWERS.indexOf(follower);
  return shareOf(all, FAULTS.length * FOLLOWERS.length, from);
}

async function checkInvariants(world: World, hadCurrent: boolean, token: string): Promise<void> {
  if (hadCurrent) expect(world.works('AWSCURRENT')).toBe(true);
  expect(world.iam.keys.size).toBeLessThanOrEqual(2);
  // Whatever has to be retired, or undone, is on the agenda before it is there; nothing else would ever look.
  const { dueAt = null, versionId = null } = (await world.agenda.find(world.arn)) ?? {};
  const overlapEnds = world.now + 49 * HOUR_MS;
  if (world.iam.keys.size > 0) expect(dueAt ?? Number.POSITIVE_INFINITY).toBeLessThan(overlapEnds);
  const current = world.secrets.find(world.arn).holder('AWSCURRENT')?.id;
  if (current === token) expect(versionId).toBe(current);
}

describe.each(Object.keys(SCENARIOS))('%s', { timeout: MINUTE }, (name) => {
  const prepare = SCENARIOS[name] ?? (async () => {});

  it.each(FAULTS)(
    'survives %s at every I/O call: mail flows, no key leaks, a retry with the same token ends it',
    async (kind) => {
      const calls = await callsOfOneRotation(prepare);
      expect(calls).toBeGreaterThan(12);
      for (const at of callsAttacked(calls, kind, 'retry')) {
        const world = new World();
        await prepare(world);
        const hadCurrent = world.works('AWSCURRENT');
        const token = world.newToken();
        world.faults.plan(at, kind);
        await world.rotate(token).catch(() => {});
        world.faults.revive();
        await checkInvariants(world, hadCurrent, token);
        world.now += 60_000;
        await world.rotate(token);
        await checkInvariants(world, true, token);
        expect(world.credential('AWSCURRENT')?.username, `fault at call ${at}`).toBeDefined();
        const labelled = ['AWSCURRENT', 'AWSPREVIOUS'].map((label) => world.credential(label)?.username);
        expect(
          [...world.iam.keys.keys()].every((id) => labelled.includes(id)),
          `no orphan, fault at call ${at}`,
        ).toBe(true);
      }
    },
  );

  it.each(FAULTS)(
    'survives %s at every I/O call when a new rotation follows instead of a retry',
    async (kind) => {
      const calls = await callsOfOneRotation(prepare);
      for (const at of callsAttacked(calls, kind, 'new rotation')) {
        const world = new World();
        await prepare(world);
        world.faults.plan(at, kind);
        const token = world.newToken();
        await world.rotate(token).catch(() => {});
        world.faults.revive();
        world.now += 60_000;
        await checkInvariants(world, world.credential('AWSCURRENT') !== undefined, token);
        await world.retire({ overlap: 0, soak: 0 });
        await world.retire({ overlap: 0, soak: 0 });
        const next = world.newToken();
        await world.rotate(next).catch((error: unknown) => {
          // Both slots may be held by labelled credentials; the message must then say so.
          expect(String(error)).toMatch(/all 2 credentials/);
        });
        await checkInvariants(world, true, next);
      }
    },
  );
});
