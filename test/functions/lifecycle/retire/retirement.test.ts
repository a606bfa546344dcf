import { describe, expect, it, vi } from 'vitest';
import type { RetirementOutcome } from '../../../../functions/lifecycle/retire/retirement.ts';
import type { FaultKind } from '../../../support/aws/faults.ts';
import { arnOf } from '../../../support/aws/secrets-manager.ts';
import { shareOf } from '../../../support/share.ts';
import { HOUR_MS, SEED, World } from '../rotate/world.ts';

/** Each crash has a world, and each world a DynamoDB, of its own. */
const MINUTE = 60_000;
/** At most; those that its deactivation and its event take are among them. */
const CALLS_OF_A_LOOK = Array.from({ length: 21 }, (_, at) => at + 1);
const FAULTS: readonly FaultKind[] = ['crash-before', 'crash-after', 'refused', 'ambiguous-timeout'];
const LEASE_OF_A_DEAD_LOOK_MS = 30_000;
const HOURS = { overlap: 48, soak: 72 };

async function rotatedTwice(): Promise<World> {
  const world = new World();
  await world.rotate();
  world.now += 30 * 24 * HOUR_MS;
  await world.rotate();
  return world;
}

const LOGIN = { username: 'orders', password: 'password' };

async function currentOffAndFull(): Promise<World> {
  const world = await rotatedTwice();
  const current = world.iam.keys.get(world.credential('AWSCURRENT')?.username ?? '');
  if (current) current.active = false;
  return world;
}

function actions(outcome: RetirementOutcome) {
  return outcome.kind === 'retired' ? outcome.retirements.map(({ id, ...rest }) => rest) : outcome;
}

describe('retirement of a replaced SES key', () => {
  it('waits for the overlap, deactivates, soaks, removes, and is idempotent at each stage', async () => {
    const world = await rotatedTwice();
    expect(actions(await world.retire(HOURS))).toEqual([
      { action: 'wait', reason: 'overlap', until: world.now + 48 * HOUR_MS },
    ]);
    world.now += 48 * HOUR_MS;
    expect(actions(await world.retire(HOURS))).toEqual([{ action: 'deactivate' }]);
    expect(world.works('AWSPREVIOUS')).toBe(false);
    expect(actions(await world.retire(HOURS))).toEqual([
      { action: 'wait', reason: 'soak', until: world.now + 72 * HOUR_MS },
    ]);
    world.now += 72 * HOUR_MS;
    expect(actions(await world.retire(HOURS))).toEqual([{ action: 'remove', reason: 'disused' }]);
    expect(actions(await world.retire(HOURS))).toEqual([]);
    expect(world.iam.keys.size).toBe(1);
    expect(world.works('AWSCURRENT')).toBe(true);
  });

  it('waits while the replaced key is still in use, until it was quiet for one overlap', async () => {
    const world = await rotatedTwice();
    world.now += 47 * HOUR_MS;
    world.works('AWSPREVIOUS');
    const usedAt = world.now;
    world.now += 10 * HOUR_MS;
    expect(actions(await world.retire(HOURS))).toEqual([
      {
        action: 'wait',
        reason: 'in-use',
        until: usedAt + 48 * HOUR_MS,
        lastUsedAt: usedAt,
        lastUsedBy: 'ses-smtp',
      },
    ]);
    world.now = usedAt + 48 * HOUR_MS;
    expect(actions(await world.retire(HOURS))).toEqual([{ action: 'deactivate' }]);
  });

  it('reactivates a key that was used again after its deactivation', async () => {
    const world = await rotatedTwice();
    world.now += 48 * HOUR_MS;
    await world.retire(HOURS);
    const key = world.iam.keys.get(world.credential('AWSPREVIOUS')?.username ?? '');
    world.now += HOUR_MS;
    if (key) key.lastUsedAt = world.now;
    expect(actions(await world.retire(HOURS))).toEqual([
      { action: 'reactivate', lastUsedAt: world.now, lastUsedBy: 'ses-smtp' },
    ]);
    expect(world.works('AWSPREVIOUS')).toBe(true);
  });

  it('starts the soak when it finds a key that somebody else deactivated', async () => {
    const world = await rotatedTwice();
    const key = world.iam.keys.get(world.credential('AWSPREVIOUS')?.username ?? '');
    if (key) key.active = false;
    world.now += 500 * HOUR_MS;
    expect(actions(await world.retire(HOURS))).toEqual([{ action: 'begin-soak' }]);
    expect(actions(await world.retire(HOURS))).toEqual([
      { action: 'wait', reason: 'soak', until: world.now + 72 * HOUR_MS },
    ]);
  });

  it('tries the password of a removed key once, and records that it is refused', async () => {
    const world = await rotatedTwice();
    const { username } = world.credential('AWSPREVIOUS') ?? {};
    for (const hours of [48, 72]) {
      world.now += hours * HOUR_MS;
      await world.retire(HOURS);
    }
    expect(actions(await world.retire(HOURS))).toEqual([]);
    world.now += HOUR_MS;
    const { logins } = world;
    expect(actions(await world.retire(HOURS))).toEqual([{ action: 'confirm-refusal', login: 'refused' }]);
    expect(actions(await world.retire(HOURS))).toEqual([]);
    expect(world.logins - logins).toBe(1);
    const events = await world.ledger.events(world.arn);
    expect(events.filter(({ event }) => event === 'cred.previous-revoked')).toMatchObject([
      { credentialId: username, result: 'refused' },
    ]);
  });

  it.each<[string, () => World | Promise<World>]>([
    ['whose user is of another secret', () => new World(undefined, { owner: arnOf('other') })],
    ['that is malformed', () => new World('{ "host": 3 }')],
    ['that names no provider', () => new World(JSON.stringify({ ...SEED, provider: undefined, ...LOGIN }))],
    ['whose current key is switched off', currentOffAndFull],
  ])('takes AWSPENDING off that a refused rotation has left on a secret %s', async (_which, make) => {
    const world = await make();
    const token = world.newToken();
    world.secrets.beginRotation(world.arn, token);
    await expect(world.step('createSecret', token)).rejects.toThrow();
    const keys = new Map(world.iam.keys);
    world.now += MINUTE;
    await world.retire(HOURS);
    expect(world.secrets.find(world.arn).version(token)?.labels).toEqual([]);
    expect(world.iam.keys).toEqual(keys);
  });

  it('lets a refused rotation go on that is tried again while it is looked at: its key stays provably its own', async () => {
    const world = await rotatedTwice();
    const token = world.newToken();
    world.secrets.beginRotation(world.arn, token);
    await expect(world.step('createSecret', token)).rejects.toThrow('taken');
    world.iam.keys.delete(world.credential('AWSPREVIOUS')?.username ?? '');
    world.now += MINUTE;
    const { ledger, iam } = world;
    const create = iam.create.bind(iam);
    vi.spyOn(ledger, 'amendMint').mockImplementationOnce(async (arn, mint) => {
      vi.spyOn(iam, 'create').mockImplementationOnce(() => {
        create();
        throw new Error('the process died');
      });
      await expect(world.step('createSecret', token)).rejects.toThrow('died');
      return ledger.amendMint(arn, mint);
    });
    expect(await world.retire(HOURS)).toMatchObject({ pending: { token, action: 'wait' } });
    expect(iam.keys.size).toBe(2);
    world.now += HOUR_MS;
    expect(actions(await world.retire(HOURS))).toEqual([{ action: 'remove', reason: 'orphan' }]);
  });

  it('leaves a key alone that is newer than the current one: its rotation may be under way', async () => {
    const world = await rotatedTwice();
    world.now += 1000 * HOUR_MS;
    await world.retire(HOURS);
    world.now += 72 * HOUR_MS;
    await world.retire(HOURS);
    const token = world.newToken();
    world.secrets.beginRotation(world.arn, token);
    await world.step('createSecret', token);
    world.secrets.find(world.arn).move('AWSPENDING', undefined, token, world.now);
    expect(actions(await world.retire(HOURS))).toEqual([
      { action: 'wait', reason: 'overlap', until: world.now + 48 * HOUR_MS },
    ]);
  });

  it('leaves a foreign key and a pending one alone, however old', async () => {
    const world = new World();
    await world.rotate();
    const foreign = world.iam.create();
    world.now += 1000 * HOUR_MS;
    expect(await world.retire(HOURS)).toMatchObject({
      retirements: [{ id: foreign.id, action: 'leave', reason: 'not-ours' }],
    });
    world.iam.keys.delete(foreign.id);
    const token = world.newToken();
    world.secrets.beginRotation(world.arn, token);
    await world.step('createSecret', token);
    world.now += 1000 * HOUR_MS;
    expect(actions(await world.retire(HOURS))).toEqual([{ action: 'leave', reason: 'pending' }]);
  });

  it('retires nothing when the current key is gone or inactive', async () => {
    const world = await rotatedTwice();
    world.now += 1000 * HOUR_MS;
    const key = world.iam.keys.get(world.credential('AWSCURRENT')?.username ?? '');
    if (key) key.active = false;
    expect(await world.retire(HOURS)).toMatchObject({ kind: 'failed', reason: 'current-not-active' });
    expect(world.works('AWSPREVIOUS')).toBe(true);
  });

  it('and an operation never have the secret at the same time, whenever that begins', {
    timeout: MINUTE,
  }, async () => {
    const world = await rotatedTwice();
    world.now += 48 * HOUR_MS;
    const lease = world.operations.leaseOn(world.arn);
    const actives = () => [...world.iam.keys.values()].map(({ active }) => active);
    const came = { first: 0, second: 0 };
    for (let at = 1, calls = 1; at <= calls; at += 1) {
      for (const key of world.iam.keys.values()) key.active = true;
      let got = '';
      world.faults.pause(at, async () => {
        got = (await lease.acquire('operation', world.now + HOUR_MS, world.now)).kind;
        return false;
      });
      const outcome = await world.retire(HOURS);
      const isPutOff = outcome.kind === 'held';
      // Whichever came second had to wait, unless the first had ended.
      expect(isPutOff && got !== 'acquired', `begun before call ${at}`).toBe(false);
      expect(actives(), `begun before call ${at}`).toEqual(isPutOff ? [true, true] : [false, true]);
      came[isPutOff ? 'second' : 'first'] += 1;
      calls = Math.max(calls, world.faults.calls);
      world.faults.revive();
      await lease.release('operation');
      world.now += HOUR_MS;
    }
    expect(came.second).toBeGreaterThan(0);
    expect(came.first).toBeGreaterThan(10);
  });

  it('that stood still for longer than it has the secret does nothing any more, if an operation came meanwhile', async () => {
    const world = await rotatedTwice();
    world.now += 48 * HOUR_MS;
    const lease = world.operations.leaseOn(world.arn);
    const calls: string[] = [];
    // From the first call under the lease to the one before it is taken anew.
    for (let at = 4; calls.at(-1) !== 'retired'; at += 1) {
      for (const key of world.iam.keys.values()) key.active = true;
      world.faults.pause(at, async () => {
        world.now += MINUTE;
        await lease.acquire('operation', world.now + HOUR_MS, world.now);
        return false;
      });
      const { kind } = await world.retire(HOURS);
      calls.push(kind);
      if (kind === 'held')
        expect([...world.iam.keys.values()].map(({ active }) => active)).toEqual([true, true]);
      world.faults.revive();
      await lease.release('operation');
      world.now += HOUR_MS;
    }
    expect(calls.length).toBeGreaterThan(8);
    expect(calls.slice(0, -1).every((kind) => kind === 'held')).toBe(true);
  });

  it('leaves an AWSPENDING alone that an operation is about to clear itself', async () => {
    const world = await rotatedTwice();
    const lease = world.operations.leaseOn(world.arn);
    const { id: from = '' } = world.secrets.find(world.arn).holder('AWSCURRENT') ?? {};
    const { id: to = '' } = world.secrets.find(world.arn).holder('AWSPREVIOUS') ?? {};
    world.secrets.find(world.arn).move('AWSCURRENT', to, from, world.now);
    await lease.acquire('operation', world.now + HOUR_MS, world.now);
    expect(await world.retire(HOURS)).toMatchObject({ kind: 'held' });
    expect(world.secrets.find(world.arn).holder('AWSPENDING')?.id).toBe(from);
    world.now += HOUR_MS;
    expect(await world.retire(HOURS)).toMatchObject({ pending: { action: 'unlabel' } });
  });

  it('puts itself off when the label moved while the secret was read; the next run finds it settled', async () => {
    const world = await rotatedTwice();
    let reads = 0;
    world.secrets.lag = () => {
      reads += 1;
      return reads === 3 ? HOUR_MS : 0;
    };
    expect(await world.retire(HOURS)).toMatchObject({ kind: 'stale-read', secretArn: world.arn });
    expect(await world.retire(HOURS)).toMatchObject({ kind: 'retired', retirements: [{ action: 'wait' }] });
  });

  it('says when the next thing is due, and nothing is once a replaced key is seen to be refused', async () => {
    const world = await rotatedTwice();
    const due: (number | null)[] = [];
    for (const hours of [0, 48, 72, 1]) {
      world.now += hours * HOUR_MS;
      const outcome = await world.retire(HOURS);
      due.push(
        outcome.kind === 'retired' && outcome.nextLookAt !== null ? outcome.nextLookAt - world.now : null,
      );
    }
    expect(due).toEqual([48 * HOUR_MS, 72 * HOUR_MS, HOUR_MS / 4, null]);
  });

  it('says when a rotation that stands still is given up, and when it can be undone', async () => {
    const world = new World();
    await world.rotate();
    world.secrets.beginRotation(world.arn, world.newToken());
    expect(await world.retire(HOURS)).toMatchObject({ nextLookAt: world.now + 24 * HOUR_MS });
    world.now += 24 * HOUR_MS;
    const abandoned = await world.retire(HOURS);
    expect(abandoned).toMatchObject({ pending: { action: 'abandon' }, nextLookAt: expect.any(Number) });
    if (abandoned.kind === 'retired') world.now = abandoned.nextLookAt ?? 0;
    expect(await world.retire(HOURS)).toMatchObject({ pending: { action: 'heal' }, nextLookAt: null });
  });

  it('has an operation go on that kept the secret in hand for as long as it may, and let nobody go on with it', async () => {
    const world = await rotatedTwice();
    const lease = world.operations.leaseOn(world.arn);
    await lease.acquire('left', world.now + HOUR_MS, world.now);
    await world.retire(HOURS);
    expect(world.wentOn).toEqual([]);
    world.now += HOUR_MS;
    await world.retire(HOURS);
    expect(world.wentOn).toEqual(['left']);
    await lease.release('left');
    await world.retire(HOURS);
    expect(world.wentOn).toEqual(['left']);
  });

  it('has nothing to retire before the first rotation', async () => {
    expect(await new World().retire(HOURS)).toMatchObject({ kind: 'retired', retirements: [] });
  });

  it.each(FAULTS)(
    'survives %s at every I/O call and ends with one working key',
    { timeout: MINUTE },
    async (kind) => {
      // Each fault begins at another call, so that `npm test` meets every call with one fault or another.
      for (const at of shareOf(CALLS_OF_A_LOOK, FAULTS.length, FAULTS.indexOf(kind))) {
        const world = await rotatedTwice();
        world.now += 48 * HOUR_MS;
        for (let run = 0; run < 3; run += 1) {
          world.faults.plan(at, kind);
          await world.retire(HOURS).catch(() => {});
          world.faults.revive();
          expect(world.works('AWSCURRENT')).toBe(true);
          world.now += LEASE_OF_A_DEAD_LOOK_MS;
          await world.retire(HOURS);
          world.now += 72 * HOUR_MS;
        }
        expect(world.iam.keys.size, `${kind} at call ${at}`).toBe(1);
        expect(world.works('AWSCURRENT')).toBe(true);
      }
    },
  );
});
