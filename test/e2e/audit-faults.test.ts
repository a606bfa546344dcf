import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CredentialReport, Report } from '../../functions/audit/report/report.ts';
import { REPORT } from '../../functions/observe/names.ts';
import { runStateMachine } from '../../sandbox/job/audit.ts';
import { Children } from '../../sandbox/processes.ts';
import { Progress } from '../../sandbox/progress.ts';
import { openSandbox } from '../../sandbox/sandbox.ts';
import { EVERYWHERE, OF_THE_ACCOUNT, PLANTED } from './expected-alarms.ts';
import { plantFaults } from './faults.ts';
import { openWeakServers } from './weak-servers.ts';

const children = new Children();
const folder = mkdtempSync(join(tmpdir(), 'keyturn-faults-'));
let report: Report;

beforeAll(async () => {
  const progress = new Progress({ write: () => true });
  const sandbox = await openSandbox({ children, folder, progress });
  const weak = await openWeakServers();
  await plantFaults(sandbox, weak);
  const runId = await runStateMachine(sandbox.clients.stepFunctions, sandbox.outputs.StateMachineArn);
  const { Body } = await sandbox.clients.s3.send(
    new GetObjectCommand({ Bucket: sandbox.outputs.ReportBucketName, Key: REPORT.json(runId) }),
  );
  report = JSON.parse((await Body?.transformToString()) ?? '') as Report;
  await Promise.all([weak.close(), sandbox.close()]);
});

afterAll(async () => {
  await children.stopAll();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function alarmsOf({ findings }: CredentialReport): string[] {
  return findings.filter(({ status }) => status === 'fail' || status === 'warn').map(({ check }) => check);
}

function expectedOf(name: string): string[] {
  const own = PLANTED.filter(({ credential }) => credential === name).flatMap(({ alarms }) => alarms);
  const shared = Object.entries(EVERYWHERE).flatMap(([check, without]) =>
    without.includes(name) ? [] : [check],
  );
  return [...new Set([...own, ...shared])].toSorted();
}

const named = (name: string) =>
  report.credentials.find(({ secretName }) => secretName === name) ??
  expect.unreachable(`${name} is missing`);

describe('the audit of twelve credentials', () => {
  it('examines them all', () => {
    expect(report.unexamined).toEqual([]);
    expect(report.totals).toEqual({ examined: 12, unexamined: 0 });
  });

  it.each(PLANTED)('finds: $credential: $fault', ({ credential, alarms }) => {
    expect(alarmsOf(named(credential))).toEqual(expect.arrayContaining([...alarms]));
  });

  it.each(Object.keys(EVERYWHERE))('finds what all of them have: %s', (check) => {
    const without = report.credentials.filter((credential) => !alarmsOf(credential).includes(check));
    expect(without.map(({ secretName }) => secretName).toSorted()).toEqual(EVERYWHERE[check]);
  });

  it('raises no false alarm', () => {
    expect(report.credentials).toHaveLength(12);
    const raised = report.credentials.map((credential) => [
      credential.secretName,
      alarmsOf(credential)
        .filter((check) => !OF_THE_ACCOUNT.test(check))
        .toSorted(),
    ]);
    const expected = report.credentials.map(({ secretName }) => [secretName, expectedOf(secretName)]);
    expect(raised).toEqual(expected);
  });

  it('is not led to an inner address by the policy host of a domain', () => {
    const finding = named('mail/raw-key').findings.find(({ check }) => check === 'mtasts.policy');
    expect(finding).toMatchObject({ status: 'unknown', reason: 'not-allowed' });
  });

  it('proves the logins of the servers that are merely weak', () => {
    const proven = report.credentials.filter(({ verdict }) => verdict === 'valid');
    expect(proven.map(({ secretName }) => secretName).toSorted()).toEqual([
      'mail/expiring',
      'mail/old-server',
      'mail/open-policy',
      'mail/provider',
    ]);
  });
});
