import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signed } from '../../cli/api.ts';
import type { Credential } from '../../functions/providers/secret.ts';
import { Redacted } from '../../functions/secrets/redacted.ts';
import { showResult } from '../../sandbox/job/audit.ts';
import { type JobResult, runJob } from '../../sandbox/job/job.ts';
import { apiUrl } from '../../sandbox/job/validations.ts';
import { Children } from '../../sandbox/processes.ts';
import { Progress } from '../../sandbox/progress.ts';
import { KEEP, openSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import type { Keys } from '../sandbox/mfa.ts';
import { runningWith } from '../sandbox/processes.ts';
import {
  expectAudit,
  expectBadRequestsRefused,
  expectKnowledge,
  expectNoEntry,
  expectNoValidation,
  expectReads,
  expectRefusals,
  expectValidations,
  READS,
} from './api-checks.ts';
import { type Answer, type Caller, callerOf, createUser, mfaSession, type Policy } from './callers.ts';
import { type Canary, canary, credentialCanaries, findCanaries, proveTheSearch } from './canaries.ts';
import { CHAOS_PROPAGATION, expectNothingLost } from './chaos-checks.ts';
import { IssuedKeys } from './issued-keys.ts';
import { expectLedgerInLog, expectNoOperation, expectOperations } from './operation-checks.ts';
import { plant } from './planted.ts';
import { expectRetirementOfWhatIsDue } from './retirement-checks.ts';
import { everythingTold } from './told.ts';
import { traces } from './traces.ts';
import { everythingWritten } from './written.ts';

const children = new Children();
const folder = mkdtempSync(join(tmpdir(), 'keyturn-e2e-'));
const localAwsUrl = process.env.KEYTURN_LOCAL_AWS_URL;
const printed: string[] = [];
const progress = new Progress({ write: (text) => printed.push(String(text)) > 0 });
const answers: string[] = [];
const issued = new IssuedKeys();
/** The credentials that were logged in with. */
const used: Credential[] = [];
let sandbox: Sandbox;
let result: JobResult;
let operator: Keys;

beforeAll(async () => {
  keepHttpAnswers();
  const propagationMs = CHAOS_PROPAGATION;
  sandbox = await openSandbox({ children, folder, progress, localAwsUrl, propagationMs });
  result = await issued.during(() => runJob(sandbox, progress));
  used.push(result.before, result.after);
  await showResult(sandbox, result, progress);
  await readAll();
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
  for (const path of Object.keys(READS)) {
    const url = new URL(apiUrl(account, sandbox.outputs.ApiId) + path);
    const request = await signed(url, { method: 'GET' }, { ...account, service: 'execute-api' });
    const response = await fetch(url, request);
    expect(response.status, path).toBe(200);
  }
}

function canaries(): Canary[] {
  const { username, password } = sandbox.servers.login;
  const wrong = sandbox.adopted.flatMap(({ wrongPassword }) => wrongPassword ?? []);
  return [
    ...issued.canaries(sandbox.cloud.account.region),
    ...credentialCanaries('provider', { username, password: new Redacted(password) }),
    ...wrong.flatMap((text) =>
      credentialCanaries('wrong password', { username, password: new Redacted(text) }),
    ),
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
    expect(outcomes).toEqual(['wait overlap', 'deactivate', 'wait soak', 'remove disused']);
  });

  it('looks at all that nobody looked at yet, and at what is due, through the state machine', async () => {
    await expectRetirementOfWhatIsDue(sandbox);
  });

  it('has several secrets worked on by processes of their own, which the policies of the stack allow', () => {
    expect(result.log.map(({ fields }) => fields.event)).not.toContain('bulkhead.refused');
  });

  it('audits every credential and leaves the report as a page', () => {
    const completed = result.log.find(({ fields }) => fields.event === 'audit.completed');
    expect(completed?.fields).toMatchObject({ credentials: 6, unexamined: 0 });
    expect(readFileSync(join(KEEP, 'report.html'), 'utf8')).toContain('mail/wrong-password');
  });

  it.skipIf(localAwsUrl)('answers nobody who does not sign, or whom no policy allows', async () => {
    for (const caller of [callerOf(sandbox), await create('none')]) {
      await expectNoEntry(keeping(caller));
      await expectNoOperation(keeping(caller));
    }
  });

  it.skipIf(localAwsUrl)('lets a viewer read and nothing else, by the policy of the stack', async () => {
    const viewer = keeping(await create('Viewer'));
    await expectReads(viewer);
    answers.push(await expectAudit(viewer));
    await expectKnowledge(viewer);
    await expectRefusals(viewer);
    await expectNoValidation(viewer);
    await expectNoOperation(viewer);
  });

  it.skipIf(localAwsUrl)('lets a validator read and validate, by the policy of the stack', async () => {
    const validator = keeping(await create('Validator'));
    await expectReads(validator);
    await expectValidations(validator);
    await expectBadRequestsRefused(sandbox, validator);
    await expectNoOperation(validator);
  });

  it.skipIf(localAwsUrl)('lets an operator operate with MFA and not without, and nothing else', async () => {
    const keys = await createUser(sandbox, 'Operator');
    await expectNoOperation(keeping(callerOf(sandbox, keys)));
    operator = await mfaSession(sandbox, 'Operator', keys);
    await expectNoEntry(keeping(callerOf(sandbox, operator)));
  });

  it.skipIf(localAwsUrl)(
    'rotates, rolls back and revokes for an operator; mail flows after each',
    async () => {
      const caller = keeping(callerOf(sandbox, operator));
      used.push(...(await issued.during(() => expectOperations(sandbox, caller))));
    },
  );

  it.skipIf(localAwsUrl)('keeps each event of the ledger in the log, too', async () => {
    await expectLedgerInLog(sandbox);
  });

  it('writes no secret into a log, answer, report, mail, table, template or terminal, nor to Security Hub', async () => {
    const page = readFileSync(join(KEEP, 'report.html'), 'utf8');
    const sources = {
      ...(await everythingWritten(sandbox)),
      ...(await everythingTold(sandbox)),
      answers: answers.join('\n'),
      printed: printed.join(''),
      page,
    };
    const all = canaries();
    issued.expectUsed(used, sandbox.cloud.account.region);
    expect(issued.all).toHaveLength(localAwsUrl ? 2 : 4);
    expect(all).toHaveLength(3 * issued.all.length + 4);
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

  it('loses no mail, no credential and no key while functions crash in the middle of rotations', async () => {
    await expectNothingLost(sandbox, progress);
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

async function create(policy: Policy): Promise<Caller> {
  return callerOf(sandbox, await createUser(sandbox, policy));
}

/** Its answers are searched for secrets too. */
function keeping(caller: Caller): Caller {
  const kept = async (answer: Promise<Answer>) => {
    answers.push((await answer).body);
    return answer;
  };
  return {
    validate: (body) => kept(caller.validate(body)),
    operate: (body) => kept(caller.operate(body)),
    get: (path) => kept(caller.get(path)),
  };
}

/** The servers of this process: the gateway's and the mail servers' ports. */
function listening(): string[] {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'TCPServerWrap');
}
