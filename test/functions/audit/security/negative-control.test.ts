import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Report } from '../../../../functions/audit/report/report.ts';
import { AuditWorld, RUN } from '../audit-world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const runAfter = (days: number) => ({
  runId: `run-${days}`,
  startedAt: new Date(Date.parse(RUN.startedAt) + days * DAY_MS).toISOString(),
});

let world: AuditWorld;
beforeAll(async () => {
  world = await AuditWorld.start({
    auditOptIn: JSON.stringify([{ host: 'localhost', checks: ['negative-control'] }]),
  });
});
afterAll(() => world.close());
beforeEach(() => world.reset());

async function control(days: number) {
  await world.runAudit(runAfter(days));
  const { credentials } = world.stored<Report>(`audits/run-${days}/report.json`);
  const [finding] = credentials.flatMap(({ findings }) =>
    findings.filter(({ check }) => check === 'cred.negative-control'),
  );
  return finding;
}

it('a login that must fail is tried once a day at a host, whatever the login budget of accounts allows', async () => {
  world.secrets.create('mail/ada', world.secretString());
  expect(await control(0)).toMatchObject({ status: 'pass' });
  // The next audit, a moment later on the clock of the functions.
  expect(await control(1)).toMatchObject({ status: 'unknown', reason: 'held-back' });
});
