import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Report } from '../../../functions/audit/report/report.ts';
import { type BatchResult, RUN_LEASE_MS } from '../../../functions/audit/run/run.ts';
import { keys } from '../../../functions/table/items.ts';
import { Lease } from '../../../functions/table/lease.ts';
import { AuditWorld, RUN, WRONG } from './audit-world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const TOMORROW = { runId: 'run-2', startedAt: new Date(Date.parse(RUN.startedAt) + DAY_MS).toISOString() };
const TODAY = RUN.startedAt.slice(0, 'YYYY-MM-DD'.length);
const WEAKNESS = { secret: 'mail/wrong', check: 'cred.login', reason: 'It is switched off on Friday.' };

let world: AuditWorld;
beforeAll(async () => {
  world = await AuditWorld.start();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const reportOf = (runId: string) => world.stored<Report>(`audits/${runId}/report.json`);
const loginOf = (runId: string) =>
  reportOf(runId).credentials.flatMap(({ findings }) =>
    findings.filter(({ check }) => check === 'cred.login'),
  );

describe('two runs', () => {
  it('never overlap: the second ends at once, says which run goes on, and is no failure', async () => {
    world.secrets.create('mail/ada', world.secretString());
    await world.plan();
    expect(await world.plan(TOMORROW)).toEqual({ ...TOMORROW, outcome: 'already-running', heldBy: 'run-1' });
    expect(world.planned('run-2')).toEqual([]);
    expect(world.lines('audit.skipped')).toMatchObject([
      { result: 'already-running', heldBy: 'run-1', level: 'INFO' },
    ]);
  });

  it('never overlap, also when the first is stopped and redriven while the second is at work', async () => {
    world.secrets.create('mail/ada', world.secretString());
    await world.plan();
    const [batch = {}] = world.planned();
    const later = Date.now() + RUN_LEASE_MS + 1;
    await new Lease(world.table, keys.auditLease).acquire('run-2', later + RUN_LEASE_MS, later);
    await expect(world.examine(batch)).rejects.toThrow('expected no other audit at work, found run-2');
    expect(world.secretReads()).toBe(0);
    expect(await world.report()).toMatchObject({ score: null });
    expect(reportOf('run-1').totals).toEqual({ examined: 0, unexamined: 1 });
  });

  it('that finish the wrong way round leave the later one the latest', async () => {
    await world.runAudit(TOMORROW);
    await world.runAudit(RUN);
    expect(world.stored('audits/latest.json')).toMatchObject({ runId: 'run-2' });
    expect(world.stored('audits/run-1/summary.json')).toMatchObject({ runId: 'run-1' });
  });

  it('follow one another: the report lets the next one begin, also when it could not be made', async () => {
    await world.plan();
    await world.report({ batches: 0 });
    expect(await world.plan(TOMORROW)).toMatchObject({ outcome: 'planned' });
    world.store.objects.clear();
    await expect(world.report({ ...TOMORROW, batches: 1 })).rejects.toThrow('expected the plan');
    expect(await world.plan({ ...TOMORROW, runId: 'run-3' })).toMatchObject({ outcome: 'planned' });
  });

  it('follow one another after a plan that failed', async () => {
    vi.mocked(SecretsManagerClient.prototype.send).mockImplementation(() =>
      Promise.reject(Object.assign(new Error('down'), { name: 'InternalServiceError' })),
    );
    await expect(world.plan()).rejects.toMatchObject({ name: 'InternalServiceError' });
    const lease = new Lease(world.table, keys.auditLease);
    expect(await lease.acquire('run-2', Date.now() + RUN_LEASE_MS, Date.now())).toEqual({ kind: 'acquired' });
  });

  it('know each other: a finding that stands keeps its first date, and the scores become a trend', async () => {
    world.secrets.create('mail/wrong', world.secretString({ password: WRONG }));
    await world.runAudit();
    const [first] = loginOf('run-1');
    expect(first).toMatchObject({ status: 'fail', firstSeenAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    world.secrets.create('mail/new', world.secretString({ password: WRONG }));
    await world.runAudit(TOMORROW);
    const [one, other] = loginOf('run-2').toSorted((a, b) =>
      (a.firstSeenAt ?? '') < (b.firstSeenAt ?? '') ? -1 : 1,
    );
    expect(one?.firstSeenAt).toBe(first?.firstSeenAt);
    expect(Date.parse(other?.firstSeenAt ?? '')).toBeGreaterThan(Date.parse(first?.firstSeenAt ?? ''));
    const { trend } = reportOf('run-2');
    expect(trend.map(({ runId }) => runId)).toEqual(['run-1', 'run-2']);
    expect(trend[0]).toEqual({
      runId: 'run-1',
      finishedAt: reportOf('run-1').finishedAt,
      score: reportOf('run-1').score,
    });
  });
});

describe('a run that is tried again', () => {
  it('does not examine a batch that has its result, and answers the same', async () => {
    world.secrets.create('mail/ada', world.secretString());
    await world.plan();
    const [batch = {}] = world.planned();
    const answer = await world.examine(batch);
    const reads = world.secretReads();
    expect(await world.examine(batch)).toEqual(answer);
    expect(world.secretReads()).toBe(reads);
    expect(world.lines('audit.batch').map(({ result }) => result)).toEqual(['examined', 'examined-before']);
  });

  it('makes the same report from its last state, but for the time it was finished', async () => {
    world.secrets.create('mail/ada', world.secretString());
    world.secrets.create('mail/wrong', world.secretString({ password: WRONG }));
    const acceptedRisks = [{ ...WEAKNESS, until: TODAY }];
    await world.runAudit(RUN, acceptedRisks);
    const timeless = () => {
      const report = reportOf('run-1');
      return JSON.parse(JSON.stringify(report).replaceAll(report.finishedAt, 'then'));
    };
    const first = timeless();
    await world.report({ acceptedRisks });
    expect(timeless()).toEqual(first);
    const keys = [...(await world.table.items()).keys()];
    expect(keys.filter((key) => key.startsWith('AUDIT|'))).toHaveLength(1);
  });

  it('examines a batch whose result cannot be read', async () => {
    world.secrets.create('mail/ada', world.secretString());
    await world.plan();
    const [batch = {}] = world.planned();
    const answer = await world.examine(batch);
    const result = world.store.objects.get('reports/audits/run-1/results/0.json');
    if (result)
      world.store.objects.set('reports/audits/run-1/results/0.json', { ...result, body: '{"runId":' });
    expect(await world.examine(batch)).toEqual(answer);
    expect(await world.report()).toMatchObject({ score: expect.any(Number) });
  });

  it('examines a batch whose result was lost, and makes the same report of it', async () => {
    world.secrets.create('mail/wrong', world.secretString({ password: WRONG }));
    await world.runAudit();
    const before = reportOf('run-1');
    world.store.objects.delete('reports/audits/run-1/results/0.json');
    await world.runAudit();
    expect(reportOf('run-1').trend).toHaveLength(1);
    expect(reportOf('run-1').counts.fail).toBe(before.counts.fail);
  });
});

it('a batch without DynamoDB is examined without a login, and says so', async () => {
  world.secrets.create('mail/ada', world.secretString());
  await world.plan();
  const [batch = {}] = world.planned();
  vi.mocked(DynamoDBDocumentClient.prototype.send).mockRejectedValue(new Error('down'));
  expect(await world.examine(batch)).toMatchObject({ examined: 1 });
  const [examination] = world.stored<BatchResult>('audits/run-1/results/0.json').examinations;
  expect(examination).toMatchObject({
    findings: expect.arrayContaining([
      expect.objectContaining({ check: 'cred.login', status: 'unknown', reason: 'aws-error' }),
      expect.objectContaining({ check: 'cert.chain', status: 'pass' }),
    ]),
  });
});

describe('a mail host', () => {
  it('never has more of our logins at once than there are batches at once, however many credentials it has', async () => {
    const INVOCATIONS = 3;
    for (let at = 0; at < 4 * INVOCATIONS; at += 1) world.secrets.create(`mail/${at}`, world.secretString());
    await world.plan();
    const [{ secretArns = [], ...batch } = {}] = world.planned();
    const there: (() => void)[] = [];
    let most = 0;
    // Nobody's login is answered before as many are under way as can be: what holds them back is not the luck of the hour.
    world.beforeAuth = () =>
      new Promise((resolve) => {
        there.push(resolve);
        most = Math.max(most, there.length);
        if (there.length < INVOCATIONS && most <= INVOCATIONS) return;
        setImmediate(() => {
          for (const answer of there.splice(0)) answer();
        });
      });
    const shares = Array.from({ length: INVOCATIONS }, (_, at) => secretArns.slice(4 * at, 4 * (at + 1)));
    const answers = await Promise.all(
      shares.map((share, at) => world.examine({ ...batch, batch: at, secretArns: share })),
    );
    expect(answers).toMatchObject(shares.map(() => ({ examined: 4 })));
    expect(most).toBe(INVOCATIONS);
  });
});

describe('an accepted risk', () => {
  it('is in the report and not in the alarms; when it is over it is again', async () => {
    world.secrets.create('mail/wrong', world.secretString({ password: WRONG }));
    await world.runAudit(RUN, [{ ...WEAKNESS, until: TODAY }]);
    const report = reportOf('run-1');
    expect(loginOf('run-1')).toMatchObject([{ status: 'fail', accepted: { until: TODAY, owner: null } }]);
    expect(report.accepted).toBe(1);
    expect(world.stored('audits/latest.json')).toMatchObject({ accepted: 1, counts: report.counts });
    expect(world.lines('audit.finding').map(({ check }) => check)).not.toContain('cred.login');
    expect(world.lines('audit.completed')).toMatchObject([
      { accepted: 1, counts: { fail: report.counts.fail } },
    ]);
    await world.runAudit(TOMORROW, [{ ...WEAKNESS, until: TODAY }]);
    expect(loginOf('run-2')).toMatchObject([{ accepted: null, acceptanceExpired: TODAY }]);
    expect(reportOf('run-2').counts.fail).toBe(report.counts.fail + 1);
    expect(world.lines('audit.finding').map(({ check }) => check)).toContain('cred.login');
  });
});
