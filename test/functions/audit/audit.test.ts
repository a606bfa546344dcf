import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Validations } from '../../../functions/table/validations.ts';
import { expectAnswer } from '../../support/api-schema.ts';
import { AuditWorld, RUN, WRONG } from './audit-world.ts';

let world: AuditWorld;
beforeAll(async () => {
  world = await AuditWorld.start();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

describe('an audit', () => {
  it('goes from the plan over the examination to the report', async () => {
    world.createSesSecret();
    world.secrets.create('mail/ada', world.secretString());
    world.secrets.create('mail/wrong', world.secretString({ password: WRONG }));
    world.secrets.create('mail/malformed', '{}');
    world.secrets.create('mail/foreign', world.secretString(), { 'keyturn:managed': 'no' });

    expect(await world.plan()).toEqual({
      ...RUN,
      outcome: 'planned',
      planKey: 'audits/run-1/plan.jsonl',
      batches: 1,
    });
    const [batch] = world.planned();
    expect(batch?.secretArns).toHaveLength(4);
    expect(await world.examine(batch ?? {})).toMatchObject({
      batch: 0,
      examined: 4,
      findings: { fail: expect.any(Number) },
    });
    const reported = await world.report();

    const full = world.stored<{ credentials: { secretName: string; verdict: string; findings: object[] }[] }>(
      'audits/run-1/report.json',
    );
    expect(reported).toMatchObject({
      runId: 'run-1',
      reportKey: 'audits/run-1/report.json',
      score: expect.any(Number),
    });
    const verdicts = full.credentials.map(({ secretName, verdict }) => [secretName, verdict]);
    expect(Object.fromEntries(verdicts)).toEqual({
      'keyturn/orders': 'valid',
      'mail/ada': 'valid',
      'mail/wrong': 'rejected',
      'mail/malformed': null,
    });
    const orders = full.credentials.find(({ secretName }) => secretName === 'keyturn/orders');
    expect(orders?.findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ check: 'iam.smtp-user', status: 'pass' }),
        expect.objectContaining({ check: 'secret.shape', status: 'pass' }),
        expect.objectContaining({ check: 'ses.identity', status: 'pass' }),
        expect.objectContaining({ check: 'ses.dkim', status: 'fail' }),
      ]),
    );
    const page = world.store.objects.get('reports/audits/run-1/report.html');
    expect(page).toMatchObject({
      contentType: 'text/html; charset=utf-8',
      body: expect.stringContaining('mail/wrong'),
    });
  });

  it('writes a line for each failure and warning, and one for its end', async () => {
    const arn = world.secrets.create('mail/wrong', world.secretString({ password: WRONG }));
    await world.runAudit();
    const findings = world.lines('audit.finding');
    expect(findings).toContainEqual(
      expect.objectContaining({
        secretArn: arn,
        runId: 'run-1',
        requestId: 'request-1',
        check: 'cred.login',
        result: 'fail',
        severity: 'critical',
        evidence: expect.stringContaining('rejected'),
      }),
    );
    const [completed] = world.lines('audit.completed');
    expect(completed).toMatchObject({
      result: 'completed',
      credentials: 1,
      unexamined: 0,
      durationMs: expect.any(Number),
    });
    expect(findings).toHaveLength(completed.counts.fail + completed.counts.warn);
  });

  it('counts completions, failures, the unexamined, and the proven logins that an alarm waits for', async () => {
    world.secrets.create('mail/ada', world.secretString());
    world.secrets.create('mail/unwatched', world.secretString());
    world.secrets.create('mail/wrong', world.secretString({ password: WRONG }));
    await world.runAudit();
    const metrics = world.entries().filter(({ _aws }) => _aws !== undefined);
    const total = Object.assign({}, ...metrics);
    expect(total).toMatchObject({ AuditCompleted: 1, AuditUnexamined: 0 });
    expect(total.AuditFailures).toBe(world.lines('audit.completed')[0].counts.fail);
    const proven = metrics.filter((metric) => 'ProvenLogin' in metric).map(({ credential }) => credential);
    expect(proven).toEqual(['mail/ada']);
  });

  it('keeps one item a run in the table', async () => {
    world.secrets.create('mail/ada', world.secretString());
    await world.runAudit();
    const keys = [...(await world.table.items()).keys()];
    const position = `AUDIT|${RUN.startedAt}#run-1`;
    expect(keys.filter((key) => key.startsWith('AUDIT|'))).toEqual([position]);
    const expiresAt = Number((await world.table.items()).get(position)?.expiresAt?.N);
    expect(expiresAt).toBeGreaterThan(Date.now() / 1000 + 399 * 24 * 3600);
  });

  it('keeps its logins as validations, which GET /credentials shows', async () => {
    const arn = world.secrets.create('mail/ada', world.secretString());
    world.secrets.create('mail/wrong', world.secretString({ password: WRONG }));
    world.secrets.create('mail/empty', undefined);
    await world.runAudit();
    const validations = new Validations(world.table);
    const known = await validations.page(10, undefined);
    expect(known.map(({ secretName, verdict }) => `${secretName} ${verdict}`).toSorted()).toEqual([
      'mail/ada valid',
      'mail/wrong rejected',
    ]);
    const [validation] = await validations.history(arn, 10);
    expectAnswer('ValidationResult', validation);
    expect(validation).toMatchObject({ secretId: 'mail/ada', authSent: true, tls: { protocol: 'TLSv1.3' } });
  });

  it('counts the credentials of a batch that left no result as not examined', async () => {
    world.secrets.create('mail/ada', world.secretString());
    await world.plan();
    expect(await world.report()).toMatchObject({ score: null });
    expect(world.stored('audits/run-1/report.json')).toMatchObject({ unexamined: [{ reason: 'no-result' }] });
    expect(world.lines('audit.unexamined')).toMatchObject([{ result: 'no-result' }]);
  });

  it('of no credentials at all completes', async () => {
    expect(await world.runAudit()).toMatchObject({ score: null });
    expect(world.stored('audits/latest.json')).toMatchObject({ credentials: 0 });
  });

  it.each([
    [
      'a report without a plan',
      () => world.report(),
      /expected the plan of this run at audits\/run-1\/plan.jsonl/,
    ],
    [
      'an examination without account facts',
      () =>
        world.examine({
          runId: 'run-1',
          batch: 0,
          secretArns: [],
          unread: {},
        }),
      /expected the account's facts/,
    ],
    ['a plan without a run', () => world.plan({}), /runId/],
  ])('rejects %s', async (_name, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
});
