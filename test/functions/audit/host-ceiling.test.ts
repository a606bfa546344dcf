import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Report } from '../../../functions/audit/report/report.ts';
import { AuditWorld, RUN } from './audit-world.ts';

let world: AuditWorld;
beforeAll(async () => {
  world = await AuditWorld.start();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

it('batches of an audit that are at one host at once find all its fifty good credentials good, among them one that fails', async () => {
  world.secrets.create('mail/00-bad', world.secretString({ username: 'nobody', password: 'wrong' }));
  for (let at = 10; at < 60; at += 1) world.secrets.create(`mail/${at}`, world.secretString());
  await world.plan();
  const [planned] = world.planned();
  if (!planned) throw new Error('nothing was planned');
  const arns = world.planned().flatMap(({ secretArns }) => secretArns);
  const batches = [0, 1, 2, 3, 4, 5].map((batch) => ({
    ...planned,
    batch,
    secretArns: arns.filter((_arn, index) => index % 6 === batch),
  }));
  await Promise.all(batches.map((batch) => world.examine(batch)));
  await world.report({ batches: batches.length });
  const { credentials } = world.stored<Report>(`audits/${RUN.runId}/report.json`);
  const logins = credentials.flatMap(({ findings }) =>
    findings.filter(({ check }) => check === 'cred.login'),
  );
  const statuses = Map.groupBy(logins, ({ status }) => status);
  expect([statuses.get('pass')?.length, statuses.get('fail')?.length, logins.length]).toEqual([50, 1, 51]);
}, 120_000);
