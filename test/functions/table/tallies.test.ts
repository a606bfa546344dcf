import { describe, expect, it } from 'vitest';
import { placesOf } from '../../../functions/budget/places.ts';
import { hold } from '../../../functions/budget/tally.ts';
import type { CountedLogin } from '../../../functions/table/items.ts';
import { Tallies, UNTOUCHED } from '../../../functions/table/tallies.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { Faults } from '../../support/aws/faults.ts';
import { credential } from '../budget/evidence.ts';

const NOW = Date.parse('2026-11-24T06:00:00Z');
const now = () => NOW;
const limits = { failures: 4, hostFailures: 4, windowMs: 60_000 };
const [place] = placesOf(credential, [], limits).counted;
if (!place) throw new Error('a login counts nowhere');
const { key } = place;
const failed: CountedLogin = { ...place.account, at: NOW, secret: 'secret', meant: false, restsUntil: 0 };
let ids = 0;
const newId = () => `revision-${++ids}`;

const tableOver = (table: InProcessTable) => new Tallies(table, newId);

describe('a change', () => {
  it('is made to what is there: of many at once none is lost', async () => {
    const shared = new InProcessTable();
    const tables = Array.from({ length: 4 }, () => tableOver(shared));
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        tables[index % 4]?.change(key, now, (tally) => ({
          tally: { ...tally, logins: { ...tally.logins, [`login-${index}`]: failed } },
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
    const change = () => table.change(key, now, (tally) => ({ tally: hold(tally, NOW + 1) }));
    await expect(change()).rejects.toThrow('socket hang up');
    faults.revive();
    expect(await table.read(key)).toEqual({ logins: {}, heldUntil: NOW + 1 });
  });

  it('writes nothing when the decision is to leave all as it is', async () => {
    const shared = new InProcessTable();
    const { decision } = await tableOver(shared).change(key, now, () => ({ kind: 'wait' }));
    expect(decision).toEqual({ kind: 'wait' });
    expect(await shared.items()).toEqual(new Map());
    expect(await tableOver(shared).read(key)).toEqual(UNTOUCHED);
  });
});

it('begins with what the writer knows of the item, and anew when another has written since', async () => {
  const faults = new Faults();
  const shared = new InProcessTable(faults);
  const [mine, other] = [tableOver(shared), tableOver(shared)];
  const longer = (ms: number) => mine.change(key, now, (tally) => ({ tally: hold(tally, NOW + ms) }));
  const { stored } = await longer(1);
  const before = faults.calls;
  await mine.change(key, now, (tally) => ({ tally: { ...tally, logins: { mine: failed } } }), stored);
  expect(faults.calls - before).toBe(1);
  await other.change(key, now, (tally) => ({
    tally: { ...tally, logins: { ...tally.logins, other: failed } },
  }));
  await mine.change(key, now, (tally) => ({ tally: hold(tally, NOW + 5) }), stored);
  const { logins, heldUntil } = await mine.read(key);
  expect([Object.keys(logins).toSorted(), heldUntil]).toEqual([['mine', 'other'], NOW + 5]);
});

it('keeps no user name, and each item until all in it is long over', async () => {
  const shared = new InProcessTable();
  const heldUntil = NOW + 3_600_000;
  const service = { ...credential, endpoint: { ...credential.endpoint, host: 'smtp.office365.com' } };
  const places = [credential, service].flatMap((one) => placesOf(one, ['192.0.2.5'], limits).counted);
  for (const { key: one, account } of places) {
    await tableOver(shared).change(one, now, (tally) => ({
      tally: { ...hold(tally, heldUntil), logins: { id: { ...failed, ...account } } },
    }));
  }
  const items = await shared.items();
  expect([...items.keys()].sort()).toEqual([
    'BUDGET#192.0.2.5|HOST',
    'BUDGET#mail.example.com|HOST',
    expect.stringMatching(/^BUDGET#smtp\.office365\.com#[\w-]{22}\|LOGINS$/),
  ]);
  expect(JSON.stringify([...items])).not.toMatch(/ada/i);
  for (const item of items.values()) {
    expect(Number(item.expiresAt?.N)).toBe(heldUntil / 1000 + 3 * 24 * 60 * 60);
  }
});
