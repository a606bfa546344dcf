import { beforeEach, expect, it, vi } from 'vitest';
import { type ReportPorts, reportStep } from '../../../../functions/lifecycle/rotate/report.ts';
import { logger } from '../../../../functions/observe/logger.ts';
import type { Operation } from '../../../../functions/table/items.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf';
const WORKER = 'arn:aws:lambda:us-east-1:123456789012:function:operate';
const operation: Operation = {
  operationId: 'token',
  operation: 'rotate',
  secretArn: ARN,
  fix: false,
  endpoint: null,
  reason: null,
  who: 'ada',
  requestedAt: 1,
  worker: WORKER,
};
const event = (step: string) => ({ step, secretId: ARN, token: 'token' });
const PROVEN = { result: 'proven', durationMs: 7 };

let told: unknown[];
let wentOn: string[];
beforeEach(() => {
  told = [];
  wentOn = [];
});

function ports(changes: Partial<ReportPorts> = {}): ReportPorts {
  return {
    requestOf: async () => operation,
    ledger: { recordEvent: async (...about) => void told.push(about) },
    goOn: async ({ worker }) => void wentOn.push(worker),
    now: () => 5,
    ...changes,
  };
}

it('a step that ended well is told, and nothing is to be gone on with', async () => {
  await reportStep(ports(), event('testSecret'), PROVEN);
  const details = { who: 'ada', operationId: 'token', step: 'testSecret', ...PROVEN };
  expect(told).toEqual([[ARN, 'operation.step', 5, details]]);
  expect(wentOn).toEqual([]);
});

it.each([
  ['when it has become current', 'finishSecret', { result: 'promoted', durationMs: 1 }],
  ['when it had become so before', 'finishSecret', { result: 'already-current', durationMs: 1 }],
  ['when a step failed', 'createSecret', { result: 'failed', detail: 'no', durationMs: 1 }],
])('the operation goes on when its rotation has ended: %s', async (_when, step, report) => {
  await reportStep(ports(), event(step), report);
  expect(wentOn).toEqual([WORKER]);
});

it.each<[string, Operation | null]>([
  ['no operation', null],
  ['one of another secret, whose id somebody took as token', { ...operation, secretArn: `${ARN}x` }],
  ['one that rotates nothing', { ...operation, operation: 'doctor' }],
])('%s is told of the rotation of its token', async (_name, found) => {
  await reportStep(ports({ requestOf: async () => found }), event('finishSecret'), PROVEN);
  expect([told, wentOn]).toEqual([[], []]);
});

it('what cannot be told is no matter for the step', async () => {
  const logged = vi.spyOn(logger, 'warn').mockImplementation(() => {});
  const down = () => Promise.reject(new Error('canary-77'));
  for (const broken of [{ requestOf: down }, { ledger: { recordEvent: down } }, { goOn: down }])
    await reportStep(ports(broken), event('finishSecret'), PROVEN);
  expect(logged.mock.calls.map(([name]) => name)).toEqual(Array(3).fill('operation.untold'));
  expect(JSON.stringify(logged.mock.calls)).not.toContain('canary');
});
