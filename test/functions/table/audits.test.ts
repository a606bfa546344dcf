import { beforeEach, describe, expect, it } from 'vitest';
import { summarise } from '../../../functions/audit/report/report.ts';
import { AuditMemory, AuditRuns, DigestClaims } from '../../../functions/table/audits.ts';
import { putItem } from '../../../functions/table/dynamodb.ts';
import { keys, type Remembered } from '../../../functions/table/items.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { aggregate, examined } from '../audit/report/examinations.ts';
import { DAY, NOW } from '../audit/sound-facts.ts';

let table: InProcessTable;
let runs: AuditRuns;
let memories: AuditMemory;
beforeEach(() => {
  table = new InProcessTable();
  runs = new AuditRuns(table, 30);
  memories = new AuditMemory(table, 400);
});

const day = (at: number) => new Date(Date.UTC(2026, 9, 1 + at, 6)).toISOString();
/** Names of executions say nothing of their order. */
const run = (at: number) => ({ runId: `${(at * 7) % 50}-run-${at}`, startedAt: day(at) });

async function record(at: number, finishedAt = day(at)): Promise<void> {
  await runs.record(summarise(aggregate(run(at), [examined(`secret-${at}`)], finishedAt)));
}

describe('the runs of the audit', () => {
  it('are the last 29 before one, oldest first', async () => {
    for (let at = 0; at < 40; at += 1) await record(at);
    const trend = await runs.before(run(35));
    expect(trend).toHaveLength(29);
    expect(trend[0]).toEqual({ runId: run(6).runId, finishedAt: day(6), score: 100 });
    expect(trend.at(-1)?.runId).toBe(run(34).runId);
  });

  it('are none before the first', async () => {
    expect(await runs.before(run(0))).toEqual([]);
  });

  it('count one once, though its report was made twice', async () => {
    await record(0);
    await record(0, day(1));
    await record(2);
    expect(await runs.before(run(2))).toEqual([{ runId: run(0).runId, finishedAt: day(1), score: 100 }]);
  });

  it('have no more in them than a report shows, though earlier versions recorded the whole summary', async () => {
    const { runId, startedAt } = run(0);
    const summary = { runId, startedAt, finishedAt: day(0), score: 90, credentials: 12, failures: 3 };
    await putItem(table, { ...keys.auditRun(run(0)), ...summary });
    expect(await runs.before(run(1))).toEqual([{ runId, finishedAt: day(0), score: 90 }]);
  });

  it('are kept as long as was told, and without the findings', async () => {
    await record(0);
    const [item] = (await table.items()).values();
    expect(Number(item?.expiresAt?.N)).toBe(Date.parse(day(30)) / 1000);
    expect(item).not.toHaveProperty('worst');
  });
});

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

describe('a digest', () => {
  it('is claimed once for each owner and run, whoever asks how often; the address is not kept', async () => {
    const claims = ['run-1', 'run-2'].map((runId) => new DigestClaims(table, runId));
    const asked = await Promise.all(
      claims.flatMap((one) => [one, one].map((again) => again.claim('ada@example.com', NOW))),
    );
    expect(asked.filter((first) => first)).toHaveLength(2);
    expect(await claims[0]?.claim('bob@example.com', NOW)).toBe(true);
    const items = await table.items();
    expect(JSON.stringify([...items])).not.toMatch(/ada|bob/);
    const days = [...items.values()].map(({ expiresAt }) => (Number(expiresAt?.N) * 1000 - NOW) / DAY);
    expect(days.map(Math.floor)).toEqual([90, 90, 90]);
  });
});
