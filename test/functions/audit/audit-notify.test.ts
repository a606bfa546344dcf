import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { listen } from '../../support/smtp-servers.ts';
import { AuditWorld, PASSWORD, RUN, WRONG } from './audit-world.ts';

interface Imported {
  readonly headers: IncomingHttpHeaders;
  readonly path: string | undefined;
  readonly findings: readonly { Id: string; GeneratorId: string; RecordState: string; Title: string }[];
}

let world: AuditWorld;
let hub: Server;
let imports: Imported[];
let mails: SendEmailCommand['input'][];
/** What Security Hub answers; undefined: it takes them all. */
let answer: { readonly status: number; readonly body: object } | undefined;
/** Errors that Amazon SES answers one mail after the other with, before it takes any. */
let mailTroubles: Error[];

beforeAll(async () => {
  hub = createServer(async (request, response) => {
    const { Findings } = JSON.parse(await text(request));
    imports.push({ headers: request.headers, path: request.url, findings: Findings });
    const { status, body } = answer ?? {
      status: 200,
      body: { FailedCount: 0, SuccessCount: Findings.length },
    };
    response.writeHead(status).end(JSON.stringify(body));
  });
  const AWS_ENDPOINT_URL_SECURITYHUB = `http://127.0.0.1:${await listen(hub)}`;
  world = await AuditWorld.start(
    { securityHub: 'on', digestFrom: 'audit@example.com' },
    { AWS_ENDPOINT_URL_SECURITYHUB },
  );
});

afterAll(async () => {
  await world.close();
  hub.closeAllConnections();
  hub.close();
});

beforeEach(() => {
  imports = [];
  mails = [];
  answer = undefined;
  mailTroubles = [];
  world.reset();
  vi.mocked(SESClient.prototype.send).mockImplementation(async (command: unknown) => {
    if (!(command instanceof SendEmailCommand)) return world.ses.client.send(command as never);
    const trouble = mailTroubles.shift();
    if (trouble) throw trouble;
    mails.push(command.input);
    return { $metadata: {}, MessageId: '1' };
  });
});

function createSecret(name: string, change: object = {}, owner?: string): void {
  const tags = { 'keyturn:managed': 'true', ...(owner !== undefined && { 'keyturn:owner': owner }) };
  world.secrets.create(name, world.secretString(change), tags);
}

const isReuse = ({ check }: { readonly check: string }) => check === 'secret.reuse';

const findings = () => imports.flatMap((one) => one.findings);

describe('after an audit', () => {
  it('Security Hub gets each failure and warning, signed, under the path of BatchImportFindings', async () => {
    createSecret('mail/wrong', { password: WRONG });
    await world.runAudit();
    const told = await world.tell();
    expect(findings()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ GeneratorId: 'keyturn/cred.login', RecordState: 'ACTIVE' }),
      ]),
    );
    expect(told).toMatchObject({ securityHub: { imported: findings().length, failed: 0 } });
    for (const { path, headers } of imports) {
      expect(path).toBe('/findings/import');
      expect(headers.authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/us-east-1\/securityhub\//,
      );
    }
  });

  it('hears of a failure that is gone once, as archived', async () => {
    createSecret('mail/wrong', { password: WRONG });
    await world.runAudit();
    await world.tell();
    const [failure] = findings().filter(({ GeneratorId }) => GeneratorId === 'keyturn/cred.login');
    createSecret('mail/wrong');
    const states: string[][] = [];
    for (const runId of ['run-2', 'run-3']) {
      imports = [];
      await world.runAudit({ ...RUN, runId });
      await world.tell({ runId });
      states.push(
        findings()
          .filter(({ Id }) => Id === failure?.Id)
          .map(({ RecordState }) => RecordState),
      );
    }
    expect(states).toEqual([['ARCHIVED'], []]);
  });

  it('at most 100 findings go in a call', async () => {
    for (let index = 0; index < 14; index += 1) createSecret(`mail/${index}`, { password: `short-${index}` });
    await world.runAudit();
    await world.tell();
    expect(findings().length).toBeGreaterThan(100);
    expect(imports.map((one) => one.findings.length)).toEqual([
      ...Array.from({ length: Math.floor(findings().length / 100) }, () => 100),
      ...(findings().length % 100 ? [findings().length % 100] : []),
    ]);
  });

  it('no output on a guess says which secret of another owner it is right for; one of the same owner is named', async () => {
    createSecret('guess/right', {}, 'eve@example.com');
    createSecret('guess/too', {}, 'eve@example.com');
    createSecret('guess/unowned');
    createSecret('canary/victim', {}, 'ada@example.com');
    await world.runAudit();
    await world.tell();
    const { credentials } = world.stored<{ credentials: { secretName: string; findings: Found[] }[] }>(
      'audits/run-1/report.json',
    );
    type Found = { check: string; status: string; evidence: string };
    const onGuess = ({ secretName }: { secretName: string }) => secretName.startsWith('guess/');
    const matches = credentials.filter(onGuess).flatMap(({ findings: all }) => all.filter(isReuse));
    expect(matches.map(({ status, evidence }) => [status, evidence.includes('not named')])).toEqual(
      Array(3).fill(['fail', true]),
    );
    const page = world.store.objects.get('reports/audits/run-1/report.html')?.body ?? '';
    const outputs = {
      report: credentials.filter(onGuess),
      page: page.match(/The same password is in[^<]*/g) ?? [],
      securityHub: findings().filter(({ Title }) => Title.includes('guess/')),
      mails: mails.filter(({ Destination }) => Destination?.ToAddresses?.includes('eve@example.com')),
      log: world.logged.filter((line) => line.includes('guess/')),
    };
    expect(Object.values(outputs).filter(({ length }) => length === 0)).toEqual([]);
    expect(JSON.stringify(outputs)).not.toContain('canary/victim');
    expect(outputs.mails[0]?.Message?.Body?.Text?.Data).toContain('guess/too');
  });

  it('an owner gets a mail with their own findings, from the address of the configuration', async () => {
    createSecret('mail/wrong', { password: WRONG }, 'ada@example.com');
    createSecret('mail/other', { password: `${WRONG}-too` }, 'team-shop');
    await world.runAudit();
    const told = await world.tell();
    expect(mails).toEqual([
      expect.objectContaining({
        Source: 'audit@example.com',
        Destination: { ToAddresses: ['ada@example.com'] },
      }),
    ]);
    const body = mails[0]?.Message?.Body?.Text?.Data ?? '';
    expect(body).toContain('mail/wrong');
    expect(body).not.toContain('mail/other');
    expect(told).toMatchObject({ digests: { sent: 1, failed: 0, skipped: 1 } });
  });
});

describe('an owner is written to once in a run', () => {
  beforeEach(async () => {
    createSecret('mail/wrong', { password: WRONG }, 'ada@example.com');
    await world.runAudit();
  });

  it('also when the state is tried again, and again in the next run', async () => {
    await world.tell();
    expect(await world.tell()).toMatchObject({ digests: { sent: 0, sentBefore: 1, failed: 0 } });
    expect(mails).toHaveLength(1);
    await world.runAudit({ ...RUN, runId: 'run-2' });
    expect(await world.tell({ runId: 'run-2' })).toMatchObject({ digests: { sent: 1, sentBefore: 0 } });
    expect(mails).toHaveLength(2);
  });

  it('also when the answer of Amazon SES is lost: the mail may have gone out', async () => {
    mailTroubles = [Object.assign(new Error('socket hang up'), { name: 'TimeoutError' })];
    expect(await world.tell()).toMatchObject({ digests: { sent: 0, failed: 1, errors: ['TimeoutError'] } });
    expect(await world.tell()).toMatchObject({ digests: { sent: 0, sentBefore: 1 } });
    expect(mails).toEqual([]);
  });

  it('and waits while Amazon SES asks to slow down', async () => {
    const throttled = () =>
      Object.assign(new Error('Maximum sending rate exceeded.'), { name: 'Throttling' });
    mailTroubles = [throttled(), throttled()];
    expect(await world.tell()).toMatchObject({ digests: { sent: 1, failed: 0 } });
    expect(mails).toHaveLength(1);
  });

  it('and the table keeps no address', async () => {
    await world.tell();
    const items = JSON.stringify([...(await world.table.items())]);
    expect(items).toContain('AUDIT-DIGEST#run-1');
    expect(items).not.toContain('ada@example.com');
  });
});

describe('what cannot be told', () => {
  const line = () => world.lines('audit.told')[0];
  const notTold = () => world.entries().find((entry) => 'AuditNotTold' in entry)?.AuditNotTold;

  beforeEach(async () => {
    createSecret('mail/wrong', { password: WRONG }, 'ada@example.com');
    await world.runAudit();
  });

  it('is counted and named by its code, when Security Hub refuses some', async () => {
    const FailedFindings = [{ Id: 'x', ErrorCode: 'InvalidInput', ErrorMessage: 'canary: what was sent' }];
    answer = { status: 200, body: { FailedCount: 1, SuccessCount: 0, FailedFindings } };
    await world.tell();
    const count = findings().length;
    expect(line()).toMatchObject({
      result: 'partly-told',
      securityHub: { imported: 0, failed: count, errors: ['InvalidInput'] },
    });
    expect(notTold()).toBe(count);
    expect(JSON.stringify(world.entries())).not.toContain('canary: what was sent');
  });

  it('is all of it, when Security Hub refuses the call; the mails go out all the same', async () => {
    answer = { status: 403, body: { __type: 'InvalidAccessException', message: 'not subscribed' } };
    await world.tell();
    expect(line()).toMatchObject({
      securityHub: { imported: 0, errors: ['InvalidAccessException'] },
      digests: { sent: 1 },
    });
  });

  it('is a mail that Amazon SES does not take; the findings go out all the same', async () => {
    mailTroubles = [Object.assign(new Error('ada@example.com is not verified'), { name: 'MessageRejected' })];
    await world.tell();
    expect(line()).toMatchObject({
      securityHub: { failed: 0 },
      digests: { sent: 0, failed: 1, errors: ['MessageRejected'] },
    });
    expect(notTold()).toBe(1);
  });
});

it('no password and no address of an owner reaches the log, Security Hub or the report', async () => {
  createSecret('mail/wrong', { password: WRONG }, 'ada@example.com');
  createSecret('mail/good', {}, 'bob-who-is-no-address');
  await world.runAudit();
  await world.tell();
  const { objects } = world.store;
  const reports = [...objects].filter(([key]) => !key.includes('/results/'));
  const seen = JSON.stringify([world.logged, imports, reports]);
  expect(seen).toContain('audit.told');
  for (const canary of ['ada@example.com', 'bob-who-is-no-address', PASSWORD, WRONG])
    expect(seen).not.toContain(canary);
  for (const canary of [PASSWORD, WRONG]) expect(JSON.stringify(mails)).not.toContain(canary);
});
