import { describe, expect, it } from 'vitest';
import { hold, UNTOUCHED } from '../../../functions/budget/account.ts';
import { accountKey, BudgetTable, hostKey } from '../../../functions/budget/budget-table.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { Faults } from '../../support/aws/faults.ts';
import { credential } from './evidence.ts';

const NOW = Date.parse('2026-11-24T06:00:00Z');
const now = () => NOW;
const key = accountKey(credential);
let ids = 0;
const newId = () => `revision-${++ids}`;

const tableOver = ({ client }: InProcessTable) => new BudgetTable(client, 'table', newId);

describe('a change', () => {
  it('is made to what is there: of many at once none is lost', async () => {
    const shared = new InProcessTable();
    const tables = Array.from({ length: 4 }, () => tableOver(shared));
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        tables[index % 4]?.change(key, now, (account) => ({
          account: { ...account, logins: { ...account.logins, [`login-${index}`]: NOW } },
        })),
      ),
    );
    expect(Object.keys((await tableOver(shared).read(key)).logins)).toHaveLength(12);
  });

  it('is made once although its answer was lost', async () => {
    const faults = new Faults();
    const shared = new InProcessTable(faults);
    const table = tableOver(shared);
    faults.plan(2, 'ambiguous-timeout');
    const change = () => table.change(key, now, (account) => ({ account: hold(account, NOW + 1) }));
    await expect(change()).rejects.toThrow('socket hang up');
    faults.revive();
    expect(await table.read(key)).toEqual({ logins: {}, heldUntil: NOW + 1 });
  });

  it('writes nothing when the decision is to leave all as it is', async () => {
    const shared = new InProcessTable();
    expect(await tableOver(shared).change(key, now, () => ({ kind: 'wait' }))).toEqual({ kind: 'wait' });
    expect(await shared.items()).toEqual(new Map());
    expect(await tableOver(shared).read(key)).toEqual(UNTOUCHED);
  });
});

it('keeps no user name, and each item until all in it is long over', async () => {
  const shared = new InProcessTable();
  const heldUntil = NOW + 3_600_000;
  for (const one of [key, hostKey(credential)]) {
    await tableOver(shared).change(one, now, (account) => ({ account: hold(account, heldUntil) }));
  }
  const items = await shared.items();
  expect([...items.keys()].sort()).toEqual([
    expect.stringMatching(/^BUDGET#mail\.example\.com#[0-9a-f]{64}\|ACCOUNT$/),
    'BUDGET#mail.example.com|HOST',
  ]);
  expect(JSON.stringify([...items])).not.toContain('ada');
  for (const item of items.values()) {
    expect(Number(item.expiresAt?.N)).toBe(heldUntil / 1000 + 3 * 24 * 60 * 60);
  }
});
