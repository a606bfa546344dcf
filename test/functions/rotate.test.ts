import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Context, SecretsManagerRotationEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Batch, HandedOut, Round, RunInput } from '../../functions/lifecycle/retire/round.ts';
import { STEPS } from '../../functions/lifecycle/rotate/step-decision.ts';
import { sesSmtpPassword } from '../../functions/providers/ses.ts';
import { canonicalEndpoint, spelt } from '../../functions/secrets/endpoint.ts';
import { Redacted } from '../../functions/secrets/redacted.ts';
import { SecretStore } from '../../functions/secrets/store.ts';
import { Agenda } from '../../functions/table/agenda.ts';
import { Ledger, Operations } from '../../functions/table/ledger.ts';
import { createAuthority } from '../../sandbox/certificates.ts';
import type { InProcessTable } from '../support/aws/dynamodb.ts';
import { type EventBusServer, startEventBusServer } from '../support/aws/event-bus-server.ts';
import { InProcessIam } from '../support/aws/iam.ts';
import { arnOf, type InProcessSecretsManager } from '../support/aws/secrets-manager.ts';
import { startPromptSmtp } from '../support/prompt-smtp-server.ts';
import { type SmtpTestServer, startSmtpServer } from '../support/smtp-servers.ts';
import { freshAws, stubDeployment } from './api-world.ts';

const NAME = 'keyturn/orders';
const REGION = 'us-east-1';
const TOKEN = 'token'.padEnd(36, '0');
const context = {
  awsRequestId: 'request-1',
  functionName: 'rotate',
  getRemainingTimeInMillis: () => 60_000,
} as Context;

let server: SmtpTestServer;
let bus: EventBusServer;
let secrets: InProcessSecretsManager;
let iam: InProcessIam;
let table: InProcessTable;
let arn: string;
let rotate: (event: SecretsManagerRotationEvent, context: Context) => Promise<void>;
let retire: (event: { secretId: string } | Batch, context: Context) => Promise<unknown>;
let retireDue: (event: Round, context: Context) => Promise<HandedOut | undefined>;
let logged: string[];

beforeAll(async () => {
  server = await startSmtpServer({
    security: 'tls',
    users: {},
    onAuth: ({ username, password = '' }) =>
      iam.accepts(username, password, REGION)
        ? { code: 235, text: 'Authentication successful.' }
        : { code: 535, text: 'Authentication Credentials Invalid' },
  });
  bus = await startEventBusServer();
  // Nobody is there: an operation that cannot be told finds out by itself.
  const nobody = {
    AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  stubDeployment(
    { overlapHours: '0', soakHours: '0', ports: String(server.port) },
    { AWS_REGION: REGION, AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url, ...nobody },
  );
  ({ handler: rotate } = await import('../../functions/rotate.ts'));
  ({ handler: retire } = await import('../../functions/retire.ts'));
  ({ handler: retireDue } = await import('../../functions/retire-due.ts'));
});

afterAll(async () => {
  await Promise.all([server.close(), bus.close()]);
  vi.unstubAllEnvs();
});

beforeEach(async () => {
  ({ iam, secrets, table, logged } = freshAws(new InProcessIam({ 'keyturn:secret': arnOf(NAME) })));
  bus.entries.length = 0;
  bus.fault = 'none';
  const { host, port, ca } = server;
  arn = secrets.create(
    NAME,
    JSON.stringify({
      host,
      port,
      security: 'tls',
      ca,
      provider: { type: 'ses', userName: 'orders', region: REGION },
    }),
    tags(),
  );
});

/** The deployment names the server, as for a credential of cdk.json with an `endpoint`. */
const tags = () => ({
  'keyturn:managed': 'true',
  'keyturn:endpoint': spelt(canonicalEndpoint(server)),
});

const event = (Step: string, ClientRequestToken = TOKEN) =>
  ({ Step, SecretId: arn, ClientRequestToken }) as SecretsManagerRotationEvent;

async function rotateFully(token: string): Promise<void> {
  secrets.beginRotation(arn, token);
  for (const step of STEPS) await rotate(event(step, token), context);
  secrets.endRotation(arn);
}

/** What is logged besides the events of the ledger. */
const lines = () =>
  logged
    .filter((line) => line.includes('"event"'))
    .map((line) => JSON.parse(line))
    .filter(({ event: name }) => name !== 'ledger.event');

describe('rotate', () => {
  it('runs the four steps against a real TLS server and logs each, then the rotation', async () => {
    iam.propagationMs = 300;
    await rotateFully(TOKEN);
    expect(lines().map(({ event: name, step, result }) => [name, step, result])).toEqual([
      ['credential.rotation-step', 'createSecret', 'minted'],
      ['credential.rotation-step', 'setSecret', 'nothing-to-set'],
      ['credential.rotation-step', 'testSecret', 'proven'],
      ['credential.rotation-step', 'finishSecret', 'promoted'],
      ['credential.rotated', 'finishSecret', 'promoted'],
    ]);
    expect(lines()[0]).toMatchObject({
      secretArn: arn,
      versionId: TOKEN,
      durationMs: expect.any(Number),
      requestId: 'request-1',
    });
    expect(logged.some((line) => line.includes('"RotationSucceeded":1'))).toBe(true);
    expect(server.logins.every(({ secure }) => secure)).toBe(true);
  });

  it('rejects, with its reason in the log and a RotationFailed metric, so that Secrets Manager stops', async () => {
    secrets.beginRotation(arn, TOKEN);
    await expect(rotate(event('setSecret'), context)).rejects.toThrow('no value');
    expect(lines()).toMatchObject([
      {
        event: 'credential.rotation-failed',
        result: 'RotationError',
        detail: expect.stringMatching(/no value/),
      },
    ]);
    expect(logged.some((line) => line.includes('"RotationFailed":1'))).toBe(true);
  });

  it('refuses a changed endpoint in one word, and nothing is made, stored or sent', async () => {
    await rotateFully(TOKEN);
    const { username: id } = JSON.parse(secrets.valueOf(arn, 'AWSCURRENT') ?? '');
    const { host, security } = server;
    const authority = await createAuthority();
    const leaf = await authority.issue({ names: ['localhost'] });
    const attacker = await startPromptSmtp({ leaf });
    const provider = { type: 'ses', userName: 'orders', region: REGION };
    const place = { host, port: attacker.port, security, ca: authority.cert };
    const value = JSON.stringify({ ...place, username: id, password: 'unknown to the attacker', provider });
    secrets.find(arn).put('written'.padEnd(36, '0'), value, ['AWSCURRENT'], Date.now());
    const logins = server.logins.length;
    logged.length = 0;
    const second = 'second'.padEnd(36, '0');
    secrets.beginRotation(arn, second);
    for (const step of ['testSecret', ...STEPS]) await rotate(event(step, second), context).catch(() => {});
    expect(lines().slice(0, 2)).toMatchObject([
      { event: 'credential.rotation-failed', step: 'testSecret', result: 'endpoint-changed' },
      {
        event: 'credential.rotation-failed',
        step: 'createSecret',
        result: 'endpoint-changed',
        detail: expect.stringContaining(`keyturn accept-endpoint ${NAME} localhost:${attacker.port}`),
      },
    ]);
    expect(logged.some((line) => line.includes('"RotationFailed":1'))).toBe(true);
    expect([iam.keys.size, secrets.find(arn).version(second)?.value]).toEqual([1, undefined]);
    expect([attacker.heard().trim(), server.logins.length]).toEqual(['', logins]);
    await attacker.close();
  });

  it('tells the event bus of the promotion, and again when finishSecret comes again, as after a crash', async () => {
    await rotateFully(TOKEN);
    expect(bus.entries.map(({ Detail }) => JSON.parse(Detail))).toEqual([{ secretArn: arn }]);
    await rotate(event('finishSecret'), context);
    await rotate(event('testSecret'), context);
    expect(bus.entries).toHaveLength(2);
  });

  it('promotes although the event bus takes nothing: nobody may depend on that', async () => {
    bus.fault = 'refused';
    await rotateFully(TOKEN);
    expect(JSON.parse(secrets.valueOf(arn, 'AWSCURRENT') ?? '')).toHaveProperty('username');
    expect(lines().at(-1)).toMatchObject({ event: 'credential.promotion-untold', secretArn: arn });
  });

  describe('finishSecret, called directly', () => {
    /** Time for one login, and for no second one after a refusal. */
    const short = { ...context, getRemainingTimeInMillis: () => 21_000 } as Context;
    const promotions = async () => {
      const events = await new Ledger(table).events(arn);
      return events.filter(({ event: name }) => name === 'credential.promotion');
    };

    it('promotes no password that the server refuses: it logs in, rejects, and AWSCURRENT stays', async () => {
      await rotateFully(TOKEN);
      const before = secrets.valueOf(arn, 'AWSCURRENT') ?? '';
      const second = 'second'.padEnd(36, '0');
      const wrong = new Redacted(JSON.stringify({ ...JSON.parse(before), password: 'wrong' }));
      secrets.beginRotation(arn, second);
      await new SecretStore(secrets.client).putPending(arn, second, wrong);
      const logins = server.logins.length;
      await expect(rotate(event('testSecret', second), short)).rejects.toThrow('rejected');
      await expect(rotate(event('finishSecret', second), short)).rejects.toThrow('rejected');
      expect(server.logins.slice(logins).map(({ answer }) => answer.code)).toEqual([535, 535]);
      expect(secrets.valueOf(arn, 'AWSCURRENT')).toBe(before);
      expect(await promotions()).toHaveLength(1);
    });

    it('promotes what testSecret never saw only after logins of its own', async () => {
      secrets.beginRotation(arn, TOKEN);
      await rotate(event('createSecret'), context);
      await rotate(event('finishSecret'), context);
      expect(server.logins.slice(-2).map(({ answer }) => answer.code)).toEqual([235, 235]);
      expect(await promotions()).toMatchObject([
        { versionId: TOKEN, provenBy: 'finishSecret', who: 'schedule' },
      ]);
    });

    it('writes who asked for the rotation, and why, into the ledger', async () => {
      const who = 'arn:aws:iam::123456789012:user/ada';
      const asked = {
        operation: 'rotate',
        fix: false,
        reason: 'INC-7',
        endpoint: null,
        who,
        requestedAt: Date.now(),
        worker: 'arn:of:operate',
      } as const;
      await new Operations(table).begin({ ...asked, operationId: TOKEN, secretArn: arn });
      await rotateFully(TOKEN);
      expect(await promotions()).toMatchObject([
        { versionId: TOKEN, provenBy: 'testSecret', who, reason: 'INC-7' },
      ]);
    });
  });

  it('counts an exhausted key quota by itself', async () => {
    await rotateFully(TOKEN);
    iam.create();
    secrets.beginRotation(arn, 'second'.padEnd(36, '0'));
    const create = rotate(event('createSecret', 'second'.padEnd(36, '0')), context);
    await expect(create).rejects.toThrow('all 2 credentials');
    expect(logged.some((line) => line.includes('"KeyQuotaExhausted":1'))).toBe(true);
  });

  it('waits for a person where one makes the credential: it says what to do, fails, and calls that no failure', async () => {
    const { host, port, ca } = server;
    const current = {
      host,
      port,
      ca,
      security: 'tls',
      username: 'ada',
      password: 'old',
      provider: { type: 'manual' },
    };
    arn = secrets.create('mail/manual', JSON.stringify(current), tags());
    secrets.beginRotation(arn, TOKEN);
    await expect(rotate(event('createSecret'), context)).rejects.toThrow(
      `aws secretsmanager put-secret-value --secret-id mail/manual --client-request-token ${TOKEN} --version-stages AWSPENDING`,
    );
    expect(lines()).toMatchObject([
      { event: 'credential.rotation-waiting', result: 'manual', secretArn: arn },
    ]);
    expect(logged.some((line) => line.includes('"RotationWaiting":1'))).toBe(true);
    expect(logged.some((line) => line.includes('RotationFailed'))).toBe(false);
  });

  it('goes on with the same token once the person has stored a value: it is proven, then promoted', async () => {
    const { host, port, ca } = server;
    const { id, secret } = iam.create();
    const value = (login: object) => ({
      host,
      port,
      ca,
      security: 'tls',
      ...login,
      provider: { type: 'manual' },
    });
    arn = secrets.create('mail/manual', JSON.stringify(value({ username: 'ada', password: 'old' })), tags());
    secrets.beginRotation(arn, TOKEN);
    await expect(rotate(event('createSecret'), context)).rejects.toThrow('put-secret-value');
    const login = { username: id, password: sesSmtpPassword(secret, REGION) };
    await new SecretStore(secrets.client).putPending(arn, TOKEN, new Redacted(JSON.stringify(value(login))));
    for (const step of STEPS) await rotate(event(step), context);
    expect(JSON.parse(secrets.valueOf(arn, 'AWSCURRENT') ?? '')).toMatchObject(login);
  });
});

describe('failure mode', () => {
  it('19: writes no secret access key and no password into a log, metric or table', async () => {
    await rotateFully(TOKEN);
    await rotateFully('second'.padEnd(36, '0'));
    await retireAll();
    await retire({ secretId: NAME }, context);
    const seen = JSON.stringify([logged, [...(await table.items())]]);
    expect(seen).toContain('credential.retired');
    const passwords = server.logins.map(({ password = '' }) => password);
    expect(passwords.length).toBeGreaterThan(3);
    for (const secret of [
      ...iam.secrets,
      ...passwords,
      ...passwords.map((text) => Buffer.from(text).toString('base64')),
    ]) {
      expect(seen).not.toContain(secret);
    }
  });
});

describe('retire', () => {
  const putOff = (result: string) => ({
    message: 'credential.retirement-put-off',
    level: 'INFO',
    secretArn: arn,
    result,
  });

  it('puts a secret off that an operation has in hand, and rings no alarm', async () => {
    await rotateFully(TOKEN);
    await rotateFully('second'.padEnd(36, '0'));
    const now = Date.now();
    await new Operations(table).leaseOn(arn).acquire('operation', now + 60_000, now);
    expect(await retire({ secretId: NAME }, context)).toMatchObject([{ kind: 'held' }]);
    expect(lines().at(-1)).toMatchObject(putOff('held'));
    expect(logged.join()).not.toContain('RetirementFailed');
    expect([...iam.keys.values()].map(({ active }) => active)).toEqual([true, true]);
  });

  it('puts a secret off whose label moved while it was read, and rings no alarm', async () => {
    await rotateFully(TOKEN);
    vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation(async (command) => {
      const answer = await secrets.client.send(command);
      return command instanceof GetSecretValueCommand ? { ...answer, VersionId: 'older' } : answer;
    });
    expect(await retire({ secretId: NAME }, context)).toMatchObject([{ kind: 'stale-read' }]);
    expect(lines().at(-1)).toMatchObject(putOff('stale-read'));
    expect(logged.join()).not.toContain('RetirementFailed');
  });

  it('counts a replaced key that somebody still uses, and names it', async () => {
    await rotateFully(TOKEN);
    await rotateFully('second'.padEnd(36, '0'));
    await retire({ secretId: NAME }, context);
    const [replaced] = [...iam.keys.values()].filter(({ active }) => !active);
    if (replaced) replaced.lastUsedAt = Date.now();
    expect(logged.some((line) => line.includes('ReplacedCredentialStillUsed'))).toBe(false);
    await retire({ secretId: NAME }, context);
    expect(logged.some((line) => line.includes('"ReplacedCredentialStillUsed":1'))).toBe(true);
    expect(lines().at(-1)).toMatchObject({ result: 'reactivate', credentialId: replaced?.id });
  });

  it('counts and names a secret whose rotation is overdue, and goes on telling until it comes', async () => {
    const LastRotatedDate = new Date(Date.now() - 32 * 24 * 3_600_000);
    const rules = { RotationEnabled: true, RotationRules: { AutomaticallyAfterDays: 30 }, LastRotatedDate };
    await retire({ secretId: NAME }, context);
    expect(logged.some((line) => line.includes('RotationOverdue'))).toBe(false);
    vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation(async (command) => {
      const answer = await secrets.client.send(command);
      return command instanceof DescribeSecretCommand ? { ...answer, ...rules } : answer;
    });
    await retire({ secretId: NAME }, context);
    expect(logged.some((line) => line.includes('"RotationOverdue":1'))).toBe(true);
    expect(lines()).toContainEqual(
      expect.objectContaining({ event: 'credential.rotation-overdue', secretArn: arn }),
    );
    const { dueAt } = (await new Agenda(table).find(arn)) ?? {};
    // The alarm looks back six hours.
    expect(dueAt).toBeLessThan(Date.now() + 6 * 3_600_000);
  });

  it('looks at whatever is due, one trouble does not keep the others from their turn', async () => {
    await rotateFully(TOKEN);
    await rotateFully('second'.padEnd(36, '0'));
    const broken = secrets.create('mail/broken', '{');
    secrets.create('mail/other', '{', {});
    const agenda = new Agenda(table);
    const { dueAt, versionId } = (await agenda.find(arn)) ?? {};
    expect(versionId).toBe('second'.padEnd(36, '0'));
    expect(dueAt, 'the overlap of 0 hours, and a minute').toBeGreaterThan(Date.now());
    expect(dueAt).toBeLessThan(Date.now() + 61_000);
    await agenda.put(arn, { versionId: null, dueAt: Date.now() }, Date.now());
    // Overlap and soak are over at once: what one round switches off, the next one takes away.
    await retireAll();
    expect(lines().filter(({ event }) => event === 'credential.retirement-failed')).toMatchObject([
      { secretArn: broken, result: 'malformed-secret' },
    ]);
    expect(logged.some((line) => line.includes('"RetirementFailed":1'))).toBe(true);
    expect(
      lines()
        .filter(({ event: name }) => name === 'credential.retired')
        .map(({ result }) => result),
    ).toEqual(['deactivate', 'remove']);
    expect(iam.keys.size).toBe(1);
  });
});

/** What the state machine does, with a sweep before. */
async function retireAll(): Promise<void> {
  let round: RunInput = { round: 0, sweepFrom: '' };
  for (let goesOn = true; goesOn; ) {
    const found = await retireDue({ ...round, runId: 'run' }, context);
    if (!found) throw new Error('a round without an answer');
    for (const batch of found.batches) await retire(batch, context);
    goesOn = found.goesOn;
    round = found;
  }
}
