import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Batch,
  isMissed,
  nextRound,
  type RoundPorts,
  whatDied,
} from '../../../../functions/lifecycle/retire/round.ts';
import type { ManagedSecret } from '../../../../functions/secrets/description.ts';
import { Agenda } from '../../../../functions/table/agenda.ts';
import { keys } from '../../../../functions/table/items.ts';
import { Lease } from '../../../../functions/table/lease.ts';
import { InProcessTable } from '../../../support/aws/dynamodb.ts';
import { MemoryAgenda } from '../../../support/memory-agenda.ts';
import { arnOf, arns, DispatchWorld, faults, inDynamoDb, inMemory, secret } from './dispatch-world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CURRENT = 'current';

let now: number;
let table: InProcessTable;
let agenda: Agenda;
let pages: ManagedSecret[][];
let asked: (string | undefined)[];

beforeEach(() => {
  now = Date.parse('2026-12-01T06:00:00Z');
  table = new InProcessTable();
  agenda = new Agenda(table);
  pages = [];
  asked = [];
});

const lease = () => new Lease(table, keys.retirementLease);

function ports(): RoundPorts {
  return {
    agenda,
    store: {
      async *managedPages(from) {
        asked.push(from);
        for (let at = Number(from ?? 0); at < pages.length; at += 1) {
          const next = at + 1 < pages.length ? String(at + 1) : undefined;
          yield { secrets: pages[at] ?? [], next };
        }
      },
    },
    lease: lease(),
    now: () => now,
  };
}

async function due(...arns: string[]): Promise<void> {
  for (const arn of arns) await agenda.put(arn, { versionId: null, dueAt: now }, now);
}

const arnsIn = (batches: readonly Batch[]) => batches.flatMap(({ secretArns }) => secretArns);

describe('a round', () => {
  it('hands out what is due, in batches of ten, and ends the run when nothing is', async () => {
    await due(...arns(23));
    await agenda.put(arnOf('later'), { versionId: null, dueAt: now + 1 }, now);
    const first = await nextRound(ports(), { runId: 'run', round: 0, sweepFrom: null });
    expect(first).toMatchObject({ goesOn: true, round: 1, sweepFrom: null });
    expect(first.batches.map(({ secretArns }) => secretArns.length)).toEqual([10, 10, 3]);
    expect(arnsIn(first.batches).toSorted()).toEqual(arns(23));
    for (const arn of arns(23)) await agenda.put(arn, { versionId: CURRENT, dueAt: null }, now);
    const last = await nextRound(ports(), { ...first, runId: 'run' });
    expect(last).toEqual({ goesOn: false, batches: [], round: 2, sweepFrom: null });
    expect(await lease().isHeld(now)).toBe(false);
  });

  it('hands out as much as a state of Step Functions holds, the longest due first', async () => {
    const many = new MemoryAgenda();
    const long = arns(320).map((arn) => arn.replace('mail/', `${'m'.repeat(500)}/`));
    for (const [at, arn] of long.entries()) await many.put(arn, { versionId: null, dueAt: now - at });
    const round = await nextRound({ ...ports(), agenda: many }, { runId: 'run', round: 0, sweepFrom: null });
    expect(arnsIn(round.batches)).toEqual(long.toReversed().slice(0, 300));
    expect(JSON.stringify(round).length).toBeLessThan(256 * 1024);
  });

  it('of one run only at a time; the other one ends, and the first goes on', async () => {
    await due(...arns(3));
    const first = await nextRound(ports(), { runId: 'first', round: 0, sweepFrom: null });
    const second = await nextRound(ports(), { runId: 'second', round: 0, sweepFrom: null });
    expect(second).toMatchObject({ goesOn: false, batches: [] });
    expect((await nextRound(ports(), { ...first, runId: 'first' })).batches).toHaveLength(1);
  });

  it('of a run that was stopped by hand keeps the next one waiting for twenty minutes', async () => {
    await due(...arns(3));
    await nextRound(ports(), { runId: 'stopped', round: 0, sweepFrom: null });
    now += 20 * MINUTE;
    expect((await nextRound(ports(), { runId: 'next', round: 0, sweepFrom: null })).goesOn).toBe(true);
  });

  it('comes to an end, whatever stays due: a run of Step Functions has 25,000 events', async () => {
    await due(...arns(3));
    const last = await nextRound(ports(), { runId: 'run', round: 60, sweepFrom: '' });
    expect(last).toMatchObject({ goesOn: false, batches: [] });
  });
});

describe('a sweep', () => {
  const known = (arn: string, item: object = {}) =>
    agenda.put(arn, { versionId: CURRENT, dueAt: null, ...item }, now);

  it('makes due what the agenda lost, and leaves what it knows', async () => {
    const all = arns(250);
    pages = [0, 100, 200].map((from) => all.slice(from, from + 100).map((arn) => secret(arn)));
    for (const arn of all) if (arn !== all[120] && arn !== all[249]) await known(arn);
    const { batches } = await nextRound(ports(), { runId: 'run', round: 0, sweepFrom: '' });
    expect(arnsIn(batches).toSorted()).toEqual([all[120], all[249]]);
    expect(asked).toEqual([undefined]);
  });

  it('makes everything due when the table was emptied', async () => {
    pages = [arns(40).map((arn) => secret(arn))];
    const { batches } = await nextRound(ports(), { runId: 'run', round: 0, sweepFrom: '' });
    expect(arnsIn(batches).toSorted()).toEqual(arns(40));
  });

  it('goes on where its time ended, in the next round, also while another run hands out', async () => {
    await lease().acquire('another run', now + HOUR, now);
    pages = arns(3).map((arn) => [secret(arn)]);
    const slow = ports();
    const listed = slow.store.managedPages;
    const store: RoundPorts['store'] = {
      async *managedPages(from) {
        for await (const page of listed(from)) {
          now += 15_000;
          yield page;
        }
      },
    };
    const first = await nextRound({ ...slow, store }, { runId: 'run', round: 0, sweepFrom: '' });
    expect(first).toEqual({ goesOn: true, batches: [], round: 1, sweepFrom: '2' });
    const second = await nextRound({ ...slow, store }, { ...first, runId: 'run' });
    expect(second).toMatchObject({ goesOn: false, sweepFrom: null });
    expect(asked).toEqual([undefined, '2']);
    expect((await agenda.due(10, now)).toSorted()).toEqual(arns(3));
  });

  const overdue = {
    ...secret('').schedule,
    enabled: true,
    everyDays: 30,
    lastRotatedAt: Date.parse('2026-10-01'),
  };
  const item = { versionId: CURRENT, dueAt: null, look: null };
  it.each([
    ['finds a secret that the agenda never heard of', {}, null, true],
    ['leaves a settled one', {}, item, false],
    ['leaves one whose date is to come', {}, { ...item, dueAt: Date.parse('2027-01-01') }, false],
    [
      'finds a promotion past us',
      { stages: { other: ['AWSCURRENT'], [CURRENT]: ['AWSPREVIOUS'] } },
      item,
      true,
    ],
    [
      'finds a rotation that stands still',
      { stages: { [CURRENT]: ['AWSCURRENT'], next: ['AWSPENDING'] } },
      item,
      true,
    ],
    [
      'leaves the trace of the last rotation',
      { stages: { [CURRENT]: ['AWSCURRENT', 'AWSPENDING'] } },
      item,
      false,
    ],
    ['finds a rotation that did not come, on a schedule that was changed', { schedule: overdue }, item, true],
    [
      'leaves one that has no value yet, and was looked at',
      { stages: {} },
      { ...item, versionId: null },
      false,
    ],
    ['leaves one that is due already', { stages: { other: ['AWSCURRENT'] } }, { ...item, dueAt: 0 }, false],
    [
      'leaves one at which somebody looks',
      { stages: { other: ['AWSCURRENT'] } },
      { ...item, look: 'look' },
      false,
    ],
  ])('%s', (_, changes, agendaItem, expected) => {
    expect(isMissed(secret(arnOf('a'), changes), agendaItem, now)).toBe(expected);
  });
});

describe('a batch that ended its process', () => {
  const died = { Error: 'Runtime.ExitError' };

  it('names the one that it ended with, once', async () => {
    await due(...arns(3));
    const [, killer = ''] = arns(3);
    await agenda.begin(killer, 'look', now + HOUR, now);
    expect(await whatDied(ports(), { secretArns: arns(3), died })).toEqual([
      { kind: 'failed', secretArn: killer, reason: 'crashed', message: 'Runtime.ExitError' },
    ]);
    expect(await agenda.find(killer)).toMatchObject({ dueAt: now + HOUR, look: null });
  });

  it('before it looked at anything is a failure of the run: no credential is to blame', async () => {
    await due(...arns(3));
    await expect(whatDied(ports(), { secretArns: arns(3), died })).rejects.toThrow('Runtime.ExitError');
  });
});

describe('whatever happens on the way', { timeout: 60_000 }, () => {
  it.each([
    ['in DynamoDB', 2, inDynamoDb],
    ['in memory, of more schedules', 300, inMemory],
  ])('all that is due is looked at, and nothing by two at the same time: %s', async (_, numRuns, stores) => {
    const all = arns(23);
    const deadly = fc.uniqueArray(fc.constantFrom(...all), { maxLength: 3 }).map((some) => new Set(some));
    await fc.assert(
      fc.asyncProperty(faults, deadly, async (schedule, killers) => {
        const world = new DispatchWorld(stores(), all, killers, schedule);
        await world.makeAllDue();
        await world.run('first', null);
        world.nextDay();
        await world.run('second', '');
        // What lost its item, or its process, on the second day, too, is found on the third.
        world.nextDay();
        world.calm();
        await world.run('third', '');
        const { seen, named, nameable, together } = world;
        expect(together).toEqual([]);
        expect(all.filter((arn) => !seen.has(arn))).toEqual(all.filter((arn) => killers.has(arn)));
        expect([...killers].filter((arn) => !named.has(arn))).toEqual([]);
        expect([...named].filter((arn) => !killers.has(arn) && !nameable.has(arn))).toEqual([]);
      }),
      { numRuns },
    );
  });
});
