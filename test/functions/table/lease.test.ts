import { beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../../functions/table/items.ts';
import { Lease } from '../../../functions/table/lease.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';

const NOW = Date.parse('2026-11-24T06:00:00.000Z');
const MINUTE = 60 * 1000;
const LASTS = 20 * MINUTE;
const ACQUIRED = { kind: 'acquired' };

let lease: Lease;
let table: InProcessTable;
beforeEach(() => {
  table = new InProcessTable();
  lease = new Lease(table, keys.auditLease);
});

const acquire = (holder: string, at = NOW) => lease.acquire(holder, at + LASTS, at);

describe('a lease', () => {
  it('is acquired by one of many that start at the same time', async () => {
    const acquired = await Promise.all(Array.from({ length: 8 }, (_, at) => acquire(`run-${at}`)));
    const first = acquired.findIndex(({ kind }) => kind === 'acquired');
    const others = acquired.filter(({ kind }) => kind === 'held');
    expect(others).toEqual(
      Array.from({ length: 7 }, () => ({
        kind: 'held',
        holder: `run-${first}`,
        heldUntil: NOW + LASTS,
      })),
    );
  });

  it('is acquired again, and so prolonged, by whoever holds it', async () => {
    await acquire('first');
    expect(await acquire('first', NOW + LASTS - 1)).toEqual(ACQUIRED);
    const heldUntil = NOW + LASTS - 1 + LASTS;
    expect(await acquire('second', NOW + LASTS + MINUTE)).toEqual({
      kind: 'held',
      holder: 'first',
      heldUntil,
    });
  });

  it('is free once its holder has released it', async () => {
    await acquire('first');
    expect(await lease.isHeld(NOW)).toBe(true);
    await lease.release('first');
    expect(await lease.isHeld(NOW)).toBe(false);
    expect(await acquire('second', NOW + 1)).toEqual(ACQUIRED);
  });

  it('is not released by another', async () => {
    await acquire('first');
    await lease.release('second');
    expect(await acquire('second', NOW + 1)).toMatchObject({ kind: 'held', holder: 'first' });
  });

  it('of one that was stopped or died is over when the time is that it was last acquired for', async () => {
    await acquire('first');
    await acquire('first', NOW + MINUTE);
    const end = NOW + MINUTE + LASTS;
    expect(await acquire('second', end - 1)).toMatchObject({ kind: 'held' });
    expect(await lease.isHeld(end - 1)).toBe(true);
    expect(await lease.isHeld(end)).toBe(false);
    expect(await acquire('second', end)).toEqual(ACQUIRED);
  });

  it('that another has acquired in between is lost', async () => {
    await acquire('first');
    await acquire('second', NOW + LASTS);
    expect(await acquire('first', NOW + LASTS + 1)).toMatchObject({ kind: 'held', holder: 'second' });
  });

  it('on one secret is none on another, nor the audit’s', async () => {
    const [one, other] = ['a', 'b'].map((arn) => new Lease(table, keys.secretLease(arn)));
    expect(await one?.acquire('operation', NOW + LASTS, NOW)).toEqual(ACQUIRED);
    expect(await other?.isHeld(NOW)).toBe(false);
    expect(await acquire('run')).toEqual(ACQUIRED);
    expect(await one?.isHeld(NOW)).toBe(true);
  });

  describe('that another waits for', () => {
    const held = { kind: 'held', holder: 'first', heldUntil: NOW + LASTS } as const;
    beforeEach(async () => {
      await acquire('first');
      expect(await lease.comeNext('second', held)).toBe(true);
    });

    it('cannot be prolonged, and is over no sooner than before', async () => {
      expect(await acquire('first', NOW + 1)).toMatchObject(held);
      expect(await acquire('second', NOW + LASTS - 1)).toMatchObject(held);
      expect(await acquire('second', NOW + LASTS)).toEqual(ACQUIRED);
    });

    it('is waited for by one, who may say so twice', async () => {
      expect(await lease.comeNext('third', held)).toBe(false);
      expect(await lease.comeNext('second', held)).toBe(true);
    });

    it('names that one when it is released, and until that one has it', async () => {
      expect(await lease.left(NOW)).toBeNull();
      expect(await lease.release('first')).toBe('second');
      expect(await lease.left(NOW)).toBe('second');
      expect(await acquire('second', NOW + 1)).toEqual(ACQUIRED);
      expect(await lease.left(NOW + 1)).toBeNull();
      expect(await lease.release('second')).toBeNull();
      expect(await lease.left(NOW + 1)).toBeNull();
    });

    it('names that one also when its holder has died', async () => {
      expect(await lease.left(NOW + LASTS - 1)).toBeNull();
      expect(await lease.left(NOW + LASTS)).toBe('second');
    });

    it('is not released by another', async () => {
      expect(await lease.release('second')).toBeNull();
      expect(await lease.isHeld(NOW)).toBe(true);
    });
  });

  it('that was let go or prolonged meanwhile has nobody come next', async () => {
    const held = { kind: 'held', holder: 'first', heldUntil: NOW + LASTS } as const;
    await acquire('first');
    await acquire('first', NOW + 1);
    expect(await lease.comeNext('second', held)).toBe(false);
    await lease.release('first');
    expect(await lease.comeNext('second', held)).toBe(false);
    expect(await acquire('third', NOW + 2)).toEqual(ACQUIRED);
  });

  it('passes a failure of DynamoDB on, and acquires nothing', async () => {
    const broken = new Lease({ client: table.client, name: 'no-such-table' }, keys.auditLease);
    await expect(broken.acquire('first', NOW + LASTS, NOW)).rejects.toThrow(
      /ResourceNotFound|resource not found/i,
    );
    expect(await table.items()).toEqual(new Map());
  });
});
