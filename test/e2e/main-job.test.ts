import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Redacted } from '../../functions/credential/redacted.ts';
import { Children } from '../../infra/sandbox/host/children.ts';
import { type JobResult, runJob } from '../../infra/sandbox/job/job.ts';
import { showResult } from '../../infra/sandbox/job/result.ts';
import { apiUrl } from '../../infra/sandbox/job/validations.ts';
import { Progress } from '../../infra/sandbox/progress.ts';
import { KEEP, openSandbox, type Sandbox } from '../../infra/sandbox/sandbox.ts';
import { runningWith } from '../infra/sandbox/processes.ts';
import { type Canary, canary, credentialCanaries, findCanaries } from './canaries.ts';
import { everythingWritten } from './written.ts';

const children = new Children();
const folder = mkdtempSync(join(tmpdir(), 'keyturn-e2e-'));
const printed: string[] = [];
const answers: string[] = [];
let sandbox: Sandbox;
let result: JobResult;

beforeAll(async () => {
  keepHttpAnswers();
  const progress = new Progress({ write: (text) => printed.push(String(text)) > 0 });
  sandbox = await openSandbox({ children, folder, progress, localAwsUrl: process.env.KEYTURN_LOCAL_AWS_URL });
  result = await runJob(sandbox, progress);
  await showResult(sandbox, result, progress);
  await readLatestAudit();
});

afterAll(async () => {
  await sandbox?.close();
  await children.stopAll();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  expect(runningWith(folder)).toEqual([]);
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

async function readLatestAudit(): Promise<void> {
  const { account } = sandbox.cloud;
  const api = new AwsClient({ ...account.credentials, region: account.region, service: 'execute-api' });
  const response = await api.fetch(`${apiUrl(account, sandbox.outputs.ApiId)}/audits/latest`);
  expect(response.status).toBe(200);
}

function canaries(): Canary[] {
  const { before, after } = result;
  const { servers, adopted, cloud } = sandbox;
  const { username, password } = servers.login;
  const wrong = adopted.flatMap(({ wrongPassword }) => wrongPassword ?? []);
  const keys = [before, after].map(
    (credential) => cloud.issuedKeys.find(credential.username)?.secretAccessKey,
  );
  return [
    ...credentialCanaries('replaced key', before),
    ...credentialCanaries('new key', after),
    ...credentialCanaries('provider', { username, password: new Redacted(password) }),
    ...wrong.flatMap((text) =>
      credentialCanaries('wrong password', { username, password: new Redacted(text) }),
    ),
    ...keys.map((key, index) => canary(`secret access key ${index}`, key?.reveal() ?? '')),
  ];
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

  it('writes no secret into a log, answer, report, table, template or terminal', async () => {
    const page = readFileSync(join(KEEP, 'report.html'), 'utf8');
    const sources = {
      ...(await everythingWritten(sandbox)),
      answers: answers.join('\n'),
      printed: printed.join(''),
      page,
    };
    const all = canaries();
    expect(all).toHaveLength(10);
    expect(all.flatMap(({ forms }) => forms).every((form) => form.length >= 16)).toBe(true);
    expect(findCanaries(all, sources)).toEqual([]);
    proveTheSearch(all, sources);
  });
});

/** Each source was really read, and a canary planted in it is found. */
function proveTheSearch(all: readonly Canary[], sources: Readonly<Record<string, string>>): void {
  const markers: Record<string, string> = {
    logs: 'credential.validated',
    table: 'VALIDATION#',
    reports: 'secret.rotation-enabled',
    template: 'AWS::Lambda::Function',
    answers: '"reportKey"',
    printed: 'tls-untrusted:expired',
    page: 'mail/wrong-host',
  };
  expect(Object.keys(sources).toSorted()).toEqual(Object.keys(markers).toSorted());
  for (const [source, text] of Object.entries(sources)) {
    expect(text, source).toContain(markers[source]);
    for (const { name, forms } of all) {
      for (const form of forms) {
        const planted = { [source]: `${text.slice(0, 500)} ${form} ${text.slice(500)}` };
        expect(findCanaries(all, planted)).toContain(`${name} in ${source}`);
      }
    }
  }
}
