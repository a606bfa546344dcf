import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Credential } from '../../functions/credential/credential.ts';
import { Redacted } from '../../functions/credential/redacted.ts';
import { sesSmtpPassword } from '../../functions/rotation/providers/ses-password.ts';
import { IssuedKeys } from '../../infra/sandbox/gateway/access-keys.ts';
import { Children } from '../../infra/sandbox/host/children.ts';
import { type JobResult, runJob } from '../../infra/sandbox/job/job.ts';
import { showResult } from '../../infra/sandbox/job/result.ts';
import { apiUrl } from '../../infra/sandbox/job/validations.ts';
import { Progress } from '../../infra/sandbox/progress.ts';
import { KEEP, openSandbox, type Sandbox } from '../../infra/sandbox/sandbox.ts';
import { runningWith } from '../infra/sandbox/processes.ts';
import {
  expectBadRequestsRefused,
  expectKnowledge,
  expectNoEntry,
  expectNoValidation,
  expectReads,
  expectRefusals,
  expectValidations,
  READS,
} from './api-checks.ts';
import { type Answer, type Caller, callerOf, createCaller } from './callers.ts';
import { type Canary, canary, credentialCanaries, findCanaries } from './canaries.ts';
import { plant } from './planted.ts';
import { traces } from './traces.ts';
import { everythingWritten } from './written.ts';

const children = new Children();
const folder = mkdtempSync(join(tmpdir(), 'keyturn-e2e-'));
const localAwsUrl = process.env.KEYTURN_LOCAL_AWS_URL;
const printed: string[] = [];
const answers: string[] = [];
/** Every access key that IAM gave out in this run, in use or not. */
const issued: { readonly accessKeyId: string; readonly secretAccessKey: Redacted }[] = [];
let sandbox: Sandbox;
let result: JobResult;

beforeAll(async () => {
  keepHttpAnswers();
  const remember = vi.spyOn(IssuedKeys.prototype, 'remember');
  const progress = new Progress({ write: (text) => printed.push(String(text)) > 0 });
  sandbox = await openSandbox({ children, folder, progress, localAwsUrl });
  result = await runJob(sandbox, progress);
  await showResult(sandbox, result, progress);
  await readAll();
  for (const [accessKeyId, { secretAccessKey }] of remember.mock.calls)
    issued.push({ accessKeyId, secretAccessKey });
});

afterAll(async () => {
  await children.stopAll();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The main job calls the API with fetch. */
function keepHttpAnswers(): void {
  const fetch = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
    const response = await fetch(...request);
    answers.push(await response.clone().text());
    return response;
  });
}

/** Whatever the API says of credentials and audits. */
async function readAll(): Promise<void> {
  const { account } = sandbox.cloud;
  const api = new AwsClient({ ...account.credentials, region: account.region, service: 'execute-api' });
  for (const path of Object.keys(READS)) {
    const response = await api.fetch(apiUrl(account, sandbox.outputs.ApiId) + path);
    expect(response.status, path).toBe(200);
  }
}

function canaries(): Canary[] {
  const { username, password } = sandbox.servers.login;
  const wrong = sandbox.adopted.flatMap(({ wrongPassword }) => wrongPassword ?? []);
  return [
    ...issued.flatMap(({ accessKeyId, secretAccessKey }) => [
      canary(`${accessKeyId}: secret access key`, secretAccessKey.reveal()),
      ...credentialCanaries(accessKeyId, {
        username: accessKeyId,
        password: smtpPassword(secretAccessKey),
      }),
    ]),
    ...credentialCanaries('provider', { username, password: new Redacted(password) }),
    ...wrong.flatMap((text) =>
      credentialCanaries('wrong password', { username, password: new Redacted(text) }),
    ),
  ];
}

function smtpPassword(secretAccessKey: Redacted): Redacted {
  return new Redacted(sesSmtpPassword(secretAccessKey.reveal(), sandbox.cloud.account.region));
}

describe('the main job', () => {
  it('rotates through the four steps, as real functions logged it', () => {
    const steps = result.log.filter(({ fields }) => fields.event === 'credential.rotation-step');
    const four = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
    expect(steps.map(({ fields }) => fields.step)).toEqual([...four, ...four]);
    expect(steps.every(({ fields }) => typeof fields.requestId === 'string')).toBe(true);
  });

  it('ends with the old password refused and a new one in use', () => {
    expect(result.refusal).toMatch(/^535 /);
    expect(result.after.username).not.toBe(result.before.username);
    expect(sandbox.servers.ses.deliveries.at(-1)?.username).toBe(result.after.username);
  });

  it('retires in order: overlap, deactivated, soak, removed', () => {
    const retired = result.log.filter(({ fields }) => fields.event === 'credential.retired');
    const outcomes = retired.map(({ fields }) => [fields.result, fields.reason].filter(Boolean).join(' '));
    expect(outcomes).toEqual(['wait overlap', 'deactivate', 'wait soak', 'remove']);
  });

  it('audits every credential and leaves the report as a page', () => {
    const completed = result.log.find(({ fields }) => fields.event === 'audit.completed');
    expect(completed?.fields).toMatchObject({ credentials: 6, unexamined: 0 });
    expect(readFileSync(join(KEEP, 'report.html'), 'utf8')).toContain('mail/wrong-password');
  });

  it.skipIf(localAwsUrl)('answers nobody who does not sign, or whom no policy allows', async () => {
    for (const caller of [callerOf(sandbox), await create('none'), await create('Operator')]) {
      await expectNoEntry(keeping(caller));
    }
  });

  it.skipIf(localAwsUrl)('lets a viewer read and nothing else, by the policy of the stack', async () => {
    const viewer = keeping(await create('Viewer'));
    await expectReads(viewer);
    await expectKnowledge(viewer);
    await expectRefusals(viewer);
    await expectNoValidation(viewer);
  });

  it.skipIf(localAwsUrl)('lets a validator read and validate, by the policy of the stack', async () => {
    const validator = keeping(await create('Validator'));
    await expectReads(validator);
    await expectValidations(validator);
    await expectBadRequestsRefused(sandbox, validator);
  });

  it('writes no secret into a log, answer, report, table, template or terminal', async () => {
    const page = readFileSync(join(KEEP, 'report.html'), 'utf8');
    const sources = {
      ...(await everythingWritten(sandbox)),
      answers: answers.join('\n'),
      printed: printed.join(''),
      page,
    };
    const all = canaries();
    expectPasswordsUsed([result.before, result.after]);
    expect(all).toHaveLength(10);
    expect(all.flatMap(({ forms }) => forms).every((form) => form.length >= 16)).toBe(true);
    expect(findCanaries(all, sources)).toEqual([]);
    proveTheSearch(all, sources);
  });

  it('shows no secret on the disk, in a command line or in the history of an audit', async () => {
    const all = canaries();
    const left = await traces(sandbox);
    expect(left.executions).toContain('ExamineBatches');
    expect(left.commands).toContain('lifeline.mjs');
    expect(left.disk).toContain('AWS::Lambda::Function');
    expect(findCanaries(all, left)).toEqual([]);
    const [{ name, forms } = canary('', '')] = all;
    writeFileSync(join(folder, 'planted'), forms.join(' '));
    expect(findCanaries(all, await traces(sandbox))).toEqual([`${name} in disk`]);
  });

  it('the search finds each secret when one is written into the local AWS', async () => {
    const all = canaries();
    await plant(sandbox, all.map(({ forms: [form] }) => form).join(' '));
    const planted = ['logs', 'table', 'reports', 'templates'];
    const everywhere = planted.flatMap((source) => all.map(({ name }) => `${name} in ${source}`));
    expect(findCanaries(all, await everythingWritten(sandbox)).toSorted()).toEqual(everywhere.toSorted());
  });

  it('leaves nothing running and nothing listening when the sandbox is closed', async () => {
    // A local AWS that ran before is not the sandbox's own, and runs on.
    expect(runningWith(folder).length > 0).toBe(!localAwsUrl);
    expect(listening()).not.toEqual([]);
    await sandbox.close();
    await children.stopAll();
    // Killed is not yet gone: the kernel takes a process down a moment later.
    await vi.waitFor(() => expect(runningWith(folder)).toEqual([]));
    // A closed server's handle goes a turn of the event loop after its port.
    await vi.waitFor(() => expect(listening()).toEqual([]));
  });
});

function create(policy: Parameters<typeof createCaller>[1]): Promise<Caller> {
  return createCaller(sandbox, policy);
}

/** Its answers are searched for secrets too. */
function keeping(caller: Caller): Caller {
  const kept = async (answer: Promise<Answer>) => {
    answers.push((await answer).body);
    return answer;
  };
  return { validate: (body) => kept(caller.validate(body)), get: (path) => kept(caller.get(path)) };
}

/** The servers of this process: the gateway's and the mail servers' ports. */
function listening(): string[] {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'TCPServerWrap');
}

/** The canaries derived from the issued keys are the passwords that were logged in with. */
function expectPasswordsUsed(credentials: readonly Credential[]): void {
  expect(credentials.map(({ username }) => username)).toEqual(issued.map(({ accessKeyId }) => accessKeyId));
  const derived = issued.map(({ secretAccessKey }) => smtpPassword(secretAccessKey).reveal());
  const same = credentials.map(({ password }, index) => password.reveal() === derived[index]);
  expect(same).toEqual([true, true]);
}

/** Each source was really read, and a canary planted in it is found. */
function proveTheSearch(all: readonly Canary[], sources: Readonly<Record<string, string>>): void {
  const markers: Record<string, string | readonly string[]> = {
    logs: 'credential.validated',
    table: 'VALIDATION#',
    reports: 'secret.rotation-enabled',
    templates: 'AWS::Lambda::Function',
    answers: ['"reportKey"', '"results"', '"credentials"', '"history"'],
    printed: 'tls-untrusted:expired',
    page: 'mail/wrong-host',
  };
  expect(Object.keys(sources).toSorted()).toEqual(Object.keys(markers).toSorted());
  for (const [source, text] of Object.entries(sources)) {
    for (const marker of [markers[source] ?? []].flat()) expect(text, source).toContain(marker);
    for (const { name, forms } of all) {
      for (const form of forms) {
        const planted = { [source]: `${text.slice(0, 500)} ${form} ${text.slice(500)}` };
        expect(findCanaries(all, planted)).toContain(`${name} in ${source}`);
      }
    }
  }
}
