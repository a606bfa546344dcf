import { beforeEach, describe, expect, it } from 'vitest';
import { type LookPorts, lookIfDue, lookNow } from '../../../../functions/lifecycle/retire/look.ts';
import type { RetirementOutcome } from '../../../../functions/lifecycle/retire/retirement.ts';
import { Agenda } from '../../../../functions/table/agenda.ts';
import { keys } from '../../../../functions/table/items.ts';
import { Lease } from '../../../../functions/table/lease.ts';
import { InProcessTable } from '../../../support/aws/dynamodb.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mail/a-AbCdEf';
const SEEN = { versionId: 'version', overdueFrom: null };
const SETTLED = { kind: 'retired', secretArn: ARN, retirements: [], nextLookAt: null, seen: SEEN } as const;

let now: number;
let table: InProcessTable;
let agenda: Agenda;
let ids: number;
let looks: number;
let wentOn: string[];

beforeEach(async () => {
  now = Date.parse('2026-12-01T06:00:00Z');
  table = new InProcessTable();
  agenda = new Agenda(table);
  ids = 0;
  looks = 0;
  wentOn = [];
  await agenda.put(ARN, { versionId: 'older', dueAt: now }, now);
});

const lease = () => new Lease(table, keys.secretLease(ARN));

function ports(
  retire: (keepsLease: () => Promise<boolean>) => Promise<RetirementOutcome> = async () => SETTLED,
): LookPorts {
  return {
    agenda,
    leaseOn: lease,
    goOn: async (operationId) => void wentOn.push(operationId),
    retire: (_arn, keepsLease) => {
      looks += 1;
      return retire(keepsLease);
    },
    newId: () => {
      ids += 1;
      return String(ids);
    },
    now: () => now,
  };
}

/** A look whose process ended, or whose function was stopped, in its midst. */
async function dies(): Promise<void> {
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const silent = () => {
    resolve();
    return new Promise<never>(() => {});
  };
  void lookIfDue(ports(silent), ARN);
  await begun;
}

describe('a look', () => {
  it('happens when it is due, and what it saw stands in the agenda', async () => {
    expect(await lookIfDue(ports(), ARN)).toBe(SETTLED);
    expect(await agenda.find(ARN)).toMatchObject({ versionId: 'version', dueAt: null, look: null });
    expect(await agenda.due(10, now + 1000 * HOUR)).toEqual([]);
  });

  it('does not happen before it is due, nor of what the agenda does not know', async () => {
    await agenda.put(ARN, { versionId: null, dueAt: now + 1 }, now);
    expect(await lookIfDue(ports(), ARN)).toBeNull();
    expect(await lookIfDue(ports(), ARN.replace('mail/a', 'mail/b'))).toBeNull();
    expect(looks).toBe(0);
  });

  it('is one, when it is delivered twice at the same time, and none when it is delivered again', async () => {
    const twice = await Promise.all([lookIfDue(ports(), ARN), lookIfDue(ports(), ARN)]);
    expect(twice.filter((outcome) => outcome !== null)).toHaveLength(1);
    expect(await lookIfDue(ports(), ARN)).toBeNull();
    expect(looks).toBe(1);
  });

  it('that ends its process comes back in an hour, and is marked until then', async () => {
    await dies();
    expect(await agenda.find(ARN)).toMatchObject({ look: 'look:1', dueAt: now + HOUR });
    expect(await lookIfDue(ports(), ARN)).toBeNull();
    now += HOUR;
    expect(await agenda.due(10, now)).toEqual([ARN]);
    expect(await lookIfDue(ports(), ARN)).toBe(SETTLED);
  });

  it('does not overwrite a date that somebody wrote meanwhile', async () => {
    const soon = now + MINUTE;
    await lookIfDue(
      ports(async () => {
        await agenda.put(ARN, { versionId: null, dueAt: soon }, now);
        return SETTLED;
      }),
      ARN,
    );
    expect(await agenda.find(ARN)).toMatchObject({ versionId: null, dueAt: soon, look: null });
  });
});

describe('a look and an operation on the same secret', () => {
  it('never have it at the same time: the look is put off', async () => {
    await lease().acquire('operation', now + HOUR, now);
    expect(await lookIfDue(ports(), ARN)).toEqual({ kind: 'held', secretArn: ARN, retirements: [] });
    expect(looks).toBe(0);
    expect(await agenda.find(ARN)).toMatchObject({ dueAt: now + 5 * MINUTE, look: null });
    expect(await lease().isHeld(now)).toBe(true);
  });

  it('when nobody went on with that in time, the look has it go on, and is one all the same', async () => {
    await lease().acquire('operation', now + MINUTE, now);
    now += MINUTE;
    expect(await lookIfDue(ports(), ARN)).toBe(SETTLED);
    expect([wentOn, looks]).toEqual([['operation'], 1]);
    await agenda.put(ARN, { versionId: null, dueAt: now }, now);
    await lookIfDue(ports(), ARN);
    expect(wentOn).toEqual(['operation']);
  });

  it('when it cannot have that go on, it fails, and comes back for it', async () => {
    await lease().acquire('operation', now + MINUTE, now);
    now += MINUTE;
    const goOn = () => Promise.reject(new Error('throttled'));
    expect(await lookIfDue({ ...ports(), goOn }, ARN)).toMatchObject({ kind: 'failed', reason: 'aws-error' });
    expect(await agenda.find(ARN)).toMatchObject({ dueAt: now + HOUR, look: null });
    now += HOUR;
    expect(await lookIfDue(ports(), ARN)).toBe(SETTLED);
    expect([wentOn, looks]).toEqual([['operation'], 1]);
  });

  it.each(['of an operation that has let go', 'of another look whose process ended'])(
    'nobody goes on because of the lease %s',
    async (which) => {
      const holder = which.includes('look') ? 'look:1' : 'operation';
      await lease().acquire(holder, now + MINUTE, now);
      if (holder === 'operation') await lease().release(holder);
      now += MINUTE;
      await lookIfDue(ports(), ARN);
      expect([wentOn, looks]).toEqual([[], 1]);
    },
  );

  it('never have it at the same time: the operation has to wait', async () => {
    const acquired: string[] = [];
    await lookIfDue(
      ports(async () => {
        acquired.push((await lease().acquire('operation', now + HOUR, now)).kind);
        return SETTLED;
      }),
      ARN,
    );
    acquired.push((await lease().acquire('operation', now + HOUR, now)).kind);
    expect(acquired).toEqual(['held', 'acquired']);
  });

  it('that the operation waits for does nothing more, and has it go on when it has ended', async () => {
    const keeps: boolean[] = [];
    await lookIfDue(
      ports(async (keepsLease) => {
        keeps.push(await keepsLease());
        const held = await lease().acquire('operation', now + HOUR, now);
        if (held.kind === 'held') await lease().comeNext('operation', held);
        keeps.push(await keepsLease());
        expect(wentOn).toEqual([]);
        return SETTLED;
      }),
      ARN,
    );
    expect(keeps).toEqual([true, false]);
    expect(wentOn).toEqual(['operation']);
    expect((await lease().acquire('operation', now + HOUR, now)).kind).toBe('acquired');
  });

  it('that the operation waits for, and whose process ended: the next look has the operation go on', async () => {
    await dies();
    const held = await lease().acquire('operation', now + HOUR, now);
    if (held.kind === 'held') await lease().comeNext('operation', held);
    now += HOUR;
    await lookIfDue(ports(), ARN);
    expect(wentOn).toEqual(['operation']);
  });

  it('whose process ended: the operation waits for half a minute', async () => {
    await dies();
    expect((await lease().acquire('operation', now + HOUR, now)).kind).toBe('held');
    now += MINUTE / 2;
    expect((await lease().acquire('operation', now + HOUR, now)).kind).toBe('acquired');
  });

  it('that lasts longer than its lease: it takes that anew before it does anything, or does it not', async () => {
    const keeps: boolean[] = [];
    await lookIfDue(
      ports(async (keepsLease) => {
        now += 20_000;
        keeps.push(await keepsLease());
        now += 20_000;
        keeps.push((await lease().acquire('operation', now + HOUR, now)).kind === 'acquired');
        now += 20_000;
        keeps.push(
          (await lease().acquire('operation', now + HOUR, now)).kind === 'acquired',
          await keepsLease(),
        );
        return SETTLED;
      }),
      ARN,
    );
    expect(keeps).toEqual([true, false, true, false]);
    expect(await lease().isHeld(now), 'by the operation').toBe(true);
  });
});

describe('for an operator a look', () => {
  it('happens whatever its date', async () => {
    await agenda.put(ARN, { versionId: 'version', dueAt: null }, now);
    expect(await lookNow(ports(), ARN)).toBe(SETTLED);
    expect(await agenda.find(ARN)).toMatchObject({ versionId: 'version', dueAt: null });
  });

  it('happens where the agenda knows nothing', async () => {
    const other = ARN.replace('mail/a', 'mail/b');
    expect(await lookNow(ports(), other)).toBe(SETTLED);
    expect(await agenda.find(other)).toMatchObject({ versionId: 'version' });
  });

  it('says that another look has the secret', async () => {
    await dies();
    expect(await lookNow(ports(), ARN)).toEqual({ kind: 'held', secretArn: ARN, retirements: [] });
    expect(looks).toBe(1);
  });
});

describe('the next look', () => {
  const wait = { id: 'a', action: 'wait', reason: 'overlap', until: 0 } as const;
  const inUse = { ...wait, reason: 'in-use', lastUsedAt: null, lastUsedBy: null } as const;
  const overdueFrom = (at: number) => ({ ...SEEN, overdueFrom: at });

  it.each<[string, (from: number) => RetirementOutcome, number | null]>([
    ['at the date that retirement says', (at) => ({ ...SETTLED, nextLookAt: at + 9 * HOUR }), 9 * HOUR],
    ['never, when nothing is due and no rotation planned', () => SETTLED, null],
    [
      'when the next rotation would be missing, if that is sooner',
      (at) => ({ ...SETTLED, nextLookAt: at + 9 * HOUR, seen: overdueFrom(at + HOUR) }),
      HOUR + 1,
    ],
    [
      'before the alarm of a missing rotation clears',
      (at) => ({ ...SETTLED, seen: overdueFrom(at - HOUR) }),
      3 * HOUR,
    ],
    [
      'before the alarm of a missing rotation clears, of a secret without a provider',
      (at) => ({ kind: 'nothing-to-retire', secretArn: ARN, seen: overdueFrom(at - HOUR) }),
      3 * HOUR,
    ],
    [
      'before the alarm of a replaced credential in use clears',
      (at) => ({ ...SETTLED, retirements: [inUse], nextLookAt: at + 48 * HOUR }),
      3 * HOUR,
    ],
    [
      'before the alarm of a reactivated one clears',
      (at) => ({
        ...SETTLED,
        retirements: [{ id: 'a', action: 'reactivate', lastUsedAt: null, lastUsedBy: null }],
        nextLookAt: at + 48 * HOUR,
      }),
      3 * HOUR,
    ],
    [
      'in minutes, when the secret changed while it was read',
      () => ({ kind: 'stale-read', secretArn: ARN, retirements: [] }),
      5 * MINUTE,
    ],
    ['in an hour, when it failed', () => ({ kind: 'failed', secretArn: ARN, reason: 'not-owner' }), HOUR],
    ['never, when the secret is gone', () => ({ kind: 'failed', secretArn: ARN, reason: 'not-found' }), null],
    [
      'never, when it is managed no more',
      () => ({ kind: 'failed', secretArn: ARN, reason: 'not-managed' }),
      null,
    ],
  ])('comes %s', async (_, outcome, afterMs) => {
    await lookIfDue(
      ports(async () => outcome(now)),
      ARN,
    );
    expect((await agenda.find(ARN))?.dueAt ?? null).toBe(afterMs === null ? null : now + afterMs);
  });
});
