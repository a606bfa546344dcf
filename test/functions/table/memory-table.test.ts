import { beforeEach, describe, expect, it } from 'vitest';
import type { Remembered } from '../../../functions/audit/memory/remembered.ts';
import { MemoryTable } from '../../../functions/table/memory-table.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { DAY, NOW } from '../audit/sound-facts.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mail/ada-AbCdEf';
const seen = (day: number): Remembered => ({
  examinedAt: NOW + day * DAY,
  server: {
    host: 'mail.example.com',
    port: 587,
    seenAt: NOW + day * DAY,
    spki256: 'a1'.repeat(32),
    starttls: true,
    mechanisms: ['PLAIN'],
  },
  records: { 'txt example.com': { sha256: 'b2'.repeat(32), since: NOW } },
  firstSeen: { 'cert.expiry': NOW },
});

let table: InProcessTable;
let memories: MemoryTable;
beforeEach(() => {
  table = new InProcessTable();
  memories = new MemoryTable(table.client, 'table', 400);
});

/** One examination in a run: reads, then writes. */
async function examine(runId: string, day: number): Promise<Remembered | null> {
  const before = await memories.before(runId, ARN);
  await memories.write(runId, ARN, { seen: seen(day), before });
  return before;
}

describe('the memory of a credential', () => {
  it('is empty at first, and what the last run saw then', async () => {
    expect(await examine('run-1', 0)).toBeNull();
    expect(await examine('run-2', 1)).toEqual(seen(0));
    expect(await examine('run-3', 2)).toEqual(seen(1));
  });

  it('is that of the run before, also for a batch that is examined a second time', async () => {
    await examine('run-1', 0);
    await examine('run-2', 1);
    expect(await examine('run-2', 2)).toEqual(seen(0));
    expect(await examine('run-3', 3)).toEqual(seen(2));
    expect(await memories.before('run-3', ARN)).toEqual(seen(2));
  });

  it('is of one credential', async () => {
    await examine('run-1', 0);
    expect(await memories.before('run-2', `${ARN}-other`)).toBeNull();
  });

  it('is one item, forgotten when nobody examined the credential for as long as reports are kept', async () => {
    await examine('run-1', 0);
    await examine('run-2', 1);
    const items = [...(await table.items()).values()];
    expect(items).toHaveLength(1);
    expect(Number(items[0]?.expiresAt?.N)).toBe((NOW + 401 * DAY) / 1000);
    expect(JSON.stringify(items[0]).length).toBeLessThan(2000);
  });
});
