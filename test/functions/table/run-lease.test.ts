import { beforeEach, describe, expect, it } from 'vitest';
import { LEASE_MS, RunLease } from '../../../functions/table/run-lease.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';

const STARTED = '2026-11-24T06:00:00.000Z';
const NOW = Date.parse(STARTED);
const MINUTE = 60 * 1000;
const first = { runId: 'first', startedAt: STARTED };
const second = { runId: 'second', startedAt: STARTED };

let lease: RunLease;
let table: InProcessTable;
beforeEach(() => {
  table = new InProcessTable();
  lease = new RunLease(table.client, 'table');
});

describe('the lease of an audit', () => {
  it('is taken by one of many runs that start at the same time', async () => {
    const runs = Array.from({ length: 8 }, (_, at) => ({ runId: `run-${at}`, startedAt: STARTED }));
    const leased = await Promise.all(runs.map((run) => lease.take(run, NOW)));
    const taken = leased.findIndex(({ kind }) => kind === 'taken');
    const others = leased.filter(({ kind }) => kind === 'held');
    expect(others).toEqual(Array.from({ length: 7 }, () => ({ kind: 'held', runId: `run-${taken}` })));
  });

  it('is taken again, and so prolonged, by the run that holds it', async () => {
    await lease.take(first, NOW);
    expect(await lease.take(first, NOW + LEASE_MS - 1)).toEqual({ kind: 'taken' });
    expect(await lease.take(second, NOW + LEASE_MS + MINUTE)).toEqual({ kind: 'held', runId: 'first' });
  });

  it('is free once the run has released it', async () => {
    await lease.take(first, NOW);
    await lease.release('first');
    expect(await lease.take(second, NOW + 1)).toEqual({ kind: 'taken' });
  });

  it('is not released by another run', async () => {
    await lease.take(first, NOW);
    await lease.release('second');
    expect(await lease.take(second, NOW + 1)).toEqual({ kind: 'held', runId: 'first' });
  });

  it('of a run that was stopped or died is over 20 minutes after it was last taken', async () => {
    await lease.take(first, NOW);
    await lease.take(first, NOW + MINUTE);
    expect(await lease.take(second, NOW + 21 * MINUTE)).toMatchObject({ kind: 'held' });
    expect(await lease.take(second, NOW + 21 * MINUTE + 1)).toEqual({ kind: 'taken' });
  });

  it('that another run has taken in between is lost', async () => {
    await lease.take(first, NOW);
    await lease.take(second, NOW + LEASE_MS + 1);
    expect(await lease.take(first, NOW + LEASE_MS + 2)).toEqual({ kind: 'held', runId: 'second' });
  });

  it('passes a failure of DynamoDB on, and takes nothing', async () => {
    const broken = new RunLease(table.client, 'no-such-table');
    await expect(broken.take(first, NOW)).rejects.toThrow(/ResourceNotFound|resource not found/i);
    expect(await table.items()).toEqual(new Map());
  });
});
