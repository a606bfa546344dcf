import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sesSmtpPassword } from '../../../functions/providers/ses.ts';
import { expectAnswer } from '../../support/api-schema.ts';
import { ACCESS_SECRET, AuditWorld, PASSWORD, SENDER, USERNAME, WRONG } from './audit-world.ts';
import { schemaErrors } from './report/report-schema.ts';

let world: AuditWorld;
beforeAll(async () => {
  world = await AuditWorld.start();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

describe('GET /audits/latest', () => {
  it('answers with the summary of the last audit', async () => {
    world.secrets.create('mail/wrong', world.secretString({ password: WRONG }));
    await world.runAudit();
    const { statusCode, body } = await world.getLatest();
    expect(statusCode).toBe(200);
    expectAnswer('AuditSummary', JSON.parse(body));
    expect(JSON.parse(body)).toMatchObject({
      runId: 'run-1',
      credentials: 1,
      pageKey: 'audits/run-1/report.html',
      worst: expect.arrayContaining([
        expect.objectContaining({ check: 'cred.login', secretName: 'mail/wrong' }),
      ]),
    });
  });

  it('sums up a report.json that fits its published schema', async () => {
    world.createSesSecret();
    world.secrets.create('mail/wrong', world.secretString({ password: WRONG }));
    await world.runAudit();
    const written = JSON.parse(
      [...world.store.objects].find(([key]) => key.endsWith('/report.json'))?.[1].body ?? '',
    );
    expect(schemaErrors(written)).toEqual([]);
    expect(written.credentials).toHaveLength(2);
    expect(JSON.parse((await world.getLatest()).body).counts).toEqual(written.counts);
  });

  it('answers 404 before the first one', async () => {
    const { statusCode, body } = await world.getLatest();
    expect([statusCode, JSON.parse(body)]).toEqual([
      404,
      { error: 'not-found', message: 'No audit has finished yet.' },
    ]);
  });
});

it('lets no password, key or mail address out of an audit', async () => {
  world.createSesSecret();
  world.secrets.create('mail/ada', world.secretString({ from: USERNAME }));
  world.secrets.create('mail/wrong', world.secretString({ password: WRONG }));
  await world.runAudit();
  const answer = await world.getLatest();
  const seen = JSON.stringify([
    answer,
    world.logged,
    [...(await world.table.items())],
    [...world.store.objects],
  ]);
  expect(seen).toContain('audit.completed');
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const secretsUsed = [PASSWORD, WRONG, ACCESS_SECRET, ...world.iam.secrets];
  const derived = world.iam.secrets.map((secret) => sesSmtpPassword(secret, 'us-east-1'));
  const blobs = [PASSWORD, WRONG].map((password) => base64(`\0${USERNAME}\0${password}`));
  for (const canary of [...secretsUsed, ...derived]) {
    for (const form of [canary, base64(canary), encodeURIComponent(canary)]) expect(seen).not.toContain(form);
  }
  for (const canary of [...blobs, USERNAME, SENDER]) expect(seen).not.toContain(canary);
});
