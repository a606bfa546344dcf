import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { AuditWorld } from './audit-world.ts';

let world: AuditWorld;
beforeAll(async () => {
  world = await AuditWorld.start();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

/** All values that the log carries of one metric, in the embedded metric format. */
const valuesOf = (name: string): number[] =>
  world.entries().flatMap((entry) => (name in entry && '_aws' in entry ? [entry[name]].flat() : []));

it('a run measures its score, its failures, and the days left of each certificate that was seen', async () => {
  for (const name of ['mail/ada', 'mail/bob']) world.secrets.create(name, world.secretString());
  world.secrets.create('mail/malformed', '{}');
  await world.runAudit();
  const { score, counts } = world.lines('audit.completed')[0] ?? expect.unreachable();
  expect(valuesOf('AuditScore')).toEqual([score]);
  expect(valuesOf('AuditFailures')).toEqual([counts.fail]);
  expect(valuesOf('AuditUnexamined')).toEqual([0]);
  const days = valuesOf('CertDaysLeft');
  expect(days).toHaveLength(2);
  expect(Math.min(...days)).toBeGreaterThan(0);
});

it('names no credential in a metric of an audit', async () => {
  world.secrets.create('mail/bob', world.secretString());
  await world.runAudit();
  const measured = world.entries().filter((entry) => 'CertDaysLeft' in entry);
  expect(measured.length).toBeGreaterThan(0);
  for (const entry of measured) expect(JSON.stringify(entry)).not.toContain('mail/bob');
});
