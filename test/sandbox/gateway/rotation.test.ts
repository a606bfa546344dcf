import { describe, expect, test } from 'vitest';
import {
  type RotationEvent,
  type RotationPorts,
  Rotator,
  type StepReport,
  type StepResult,
} from '../../../sandbox/gateway/rotation.ts';
import { rotationFields } from '../../../sandbox/gateway/secrets-manager.ts';

const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:mail-a1b2c3';
const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:rotate';
const FIRST = 'first-version-0000000000000000000000';
const TOKEN = 'next-version-00000000000000000000000';
const OTHER = 'other-version-0000000000000000000000';
const DONE: StepResult = { kind: 'done' };
const BROKEN: StepResult = { kind: 'failed', reason: 'broken' };

/** One secret in memory, and a rotation function that is `answer`. */
function world(answer: (event: RotationEvent) => StepResult | Promise<StepResult>) {
  const labels: Record<string, string[]> = { [FIRST]: ['AWSCURRENT'] };
  const reports: StepReport[] = [];
  let invocable = true;
  const take = (label: string) => {
    for (const id of Object.keys(labels)) labels[id] = labels[id]?.filter((one) => one !== label) ?? [];
  };
  const ports: RotationPorts = {
    versions: async () =>
      Object.fromEntries(Object.entries(structuredClone(labels)).filter(([, held]) => held.length > 0)),
    addPending: async (_secret, token) => {
      take('AWSPENDING');
      labels[token] = ['AWSPENDING'];
    },
    removePending: async () => take('AWSPENDING'),
    mayInvoke: async () => invocable,
    invoke: async (_function, event) => answer(event),
    newToken: () => TOKEN,
    now: () => 1_000,
    report: (report) => reports.push(report),
  };
  const promote = (token: string) => {
    take('AWSCURRENT');
    labels[token]?.push('AWSCURRENT');
  };
  return {
    labels,
    reports,
    promote,
    rotator: new Rotator(ports),
    forbid: () => {
      invocable = false;
    },
    steps: () => reports.map(({ step, result }) => `${step} ${result.kind}`),
  };
}

const request = { secretArn: SECRET, functionArn: FUNCTION };

describe('RotateSecret', () => {
  test('shows a pending version at once, then drives the four steps in their order', async () => {
    const { rotator, labels, steps, promote } = world(({ Step, ClientRequestToken }) => {
      if (Step === 'finishSecret') promote(ClientRequestToken);
      return DONE;
    });
    const answer = await rotator.rotate(request);
    expect(answer).toEqual({ kind: 'accepted', versionId: TOKEN });
    expect(labels[TOKEN]).toContain('AWSPENDING');
    await rotator.settled(SECRET);
    expect(steps()).toEqual(['createSecret done', 'setSecret done', 'testSecret done', 'finishSecret done']);
    expect(rotator.configuration(SECRET)).toMatchObject({ enabled: true, lastRotatedAt: 1_000 });
  });

  test.each([
    ['the function reports an error', () => BROKEN],
    ['the invocation itself fails', () => Promise.reject(new Error('connection lost'))],
  ])('stops at the first failed step and leaves the labels alone: %s', async (_case, failure) => {
    const { rotator, labels, steps } = world(({ Step }) => (Step === 'testSecret' ? failure() : DONE));
    await rotator.rotate(request);
    await rotator.settled(SECRET);
    expect(steps()).toEqual(['createSecret done', 'setSecret done', 'testSecret failed']);
    expect(labels).toEqual({ [FIRST]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'] });
    expect(rotator.configuration(SECRET)?.lastRotatedAt).toBeUndefined();
  });

  test('calls a rotation failed when finishSecret did not move AWSCURRENT', async () => {
    const { rotator, steps } = world(() => DONE);
    await rotator.rotate(request);
    await rotator.settled(SECRET);
    expect(steps().at(-1)).toBe('finishSecret failed');
  });

  test('takes a failed rotation up again with the same token, and refuses any other', async () => {
    let result: StepResult = BROKEN;
    const { rotator, steps, promote, labels } = world(({ Step, ClientRequestToken }) => {
      if (Step === 'finishSecret') promote(ClientRequestToken);
      return Step === 'testSecret' ? result : DONE;
    });
    await rotator.rotate(request);
    await rotator.settled(SECRET);
    result = DONE;
    expect(await rotator.rotate({ ...request, token: OTHER })).toMatchObject({
      code: 'InvalidRequestException',
      message: "A previous rotation isn't complete. That rotation will be reattempted.",
    });
    expect(await rotator.rotate({ ...request, token: TOKEN })).toMatchObject({ kind: 'accepted' });
    await rotator.settled(SECRET);
    expect(steps().slice(3)).toEqual([
      'createSecret done',
      'setSecret done',
      'testSecret done',
      'finishSecret done',
    ]);
    expect(labels[TOKEN]).toContain('AWSCURRENT');
  });

  test('refuses a second rotation while one is under way, even with the same token', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<StepResult>();
    const { rotator } = world(() => gate);
    await rotator.rotate(request);
    expect(await rotator.rotate({ ...request, token: TOKEN })).toMatchObject({ kind: 'refused' });
    open(BROKEN);
    await rotator.settled(SECRET);
  });

  test('does nothing for a token that is current already', async () => {
    const { rotator, steps } = world(() => DONE);
    expect(await rotator.rotate({ ...request, token: FIRST })).toEqual({
      kind: 'accepted',
      versionId: FIRST,
    });
    await rotator.settled(SECRET);
    expect(steps()).toEqual([]);
  });

  test('with RotateImmediately=false only tests, on a pending version that is gone afterwards', async () => {
    const seen: string[] = [];
    const { rotator, labels } = world(({ Step, ClientRequestToken }) => {
      seen.push(`${Step} ${labels[ClientRequestToken]?.join()}`);
      return BROKEN;
    });
    await rotator.rotate({ ...request, immediately: false });
    await rotator.settled(SECRET);
    expect(seen).toEqual(['testSecret AWSPENDING']);
    expect(labels).toEqual({ [FIRST]: ['AWSCURRENT'], [TOKEN]: [] });
    expect(rotator.configuration(SECRET)).toMatchObject({ enabled: true, lastRotatedAt: undefined });
  });

  test.each([
    ['a token of 31 characters', { ...request, token: 'x'.repeat(31) }, 'InvalidParameterException'],
    ['a token of 65 characters', { ...request, token: 'x'.repeat(65) }, 'InvalidParameterException'],
    ['no function, now or before', { secretArn: SECRET }, 'InvalidRequestException'],
  ])('refuses %s', async (_case, bad, code) => {
    const { rotator, steps } = world(() => DONE);
    expect(await rotator.rotate(bad)).toMatchObject({ kind: 'refused', code });
    expect(steps()).toEqual([]);
    expect(rotator.configuration(SECRET)).toBeUndefined();
  });

  test('refuses a function that Secrets Manager may not invoke', async () => {
    const { rotator, forbid } = world(() => DONE);
    forbid();
    expect(await rotator.rotate(request)).toMatchObject({ kind: 'refused', code: 'AccessDeniedException' });
    expect(rotator.configuration(SECRET)).toBeUndefined();
  });

  test('remembers function and rules when called without them', async () => {
    const rules = { AutomaticallyAfterDays: 30 };
    const { rotator } = world(() => BROKEN);
    await rotator.rotate({ ...request, rules });
    await rotator.settled(SECRET);
    await rotator.rotate({ secretArn: SECRET, token: TOKEN });
    expect(rotator.configuration(SECRET)).toMatchObject({ functionArn: FUNCTION, rules });
    await rotator.settled(SECRET);
  });
});

describe('CancelRotateSecret', () => {
  test('ends a rotation after its present step, keeps AWSPENDING and turns rotation off', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<StepResult>();
    const { rotator, steps, labels } = world(({ Step }) => (Step === 'setSecret' ? gate : DONE));
    await rotator.rotate(request);
    expect(rotator.cancel(SECRET)).toBeUndefined();
    open(DONE);
    await rotator.settled(SECRET);
    expect(steps()).not.toContain('testSecret done');
    expect(labels[TOKEN]).toEqual(['AWSPENDING']);
    expect(rotator.configuration(SECRET)?.enabled).toBe(false);
  });

  test('refuses a secret that never had a rotation function', () => {
    expect(world(() => DONE).rotator.cancel(SECRET)).toMatchObject({ code: 'InvalidRequestException' });
  });
});

const DAY = 24 * 60 * 60;
const configured = { enabled: true, functionArn: 'arn:function', changedAt: 1_000_000 };

test('a secret that was never configured for rotation has no rotation fields, not even RotationEnabled', () => {
  expect(rotationFields(undefined)).toEqual({});
});

test.each([
  [{ AutomaticallyAfterDays: 30 }, 30 * DAY],
  [{ ScheduleExpression: 'rate(10 days)' }, 10 * DAY],
  [{ ScheduleExpression: 'rate(4 hours)' }, 4 * 60 * 60],
])('the next rotation of %j counts from the last one', (rules, interval) => {
  expect(rotationFields({ ...configured, rules, lastRotatedAt: 5_000_000 })).toEqual({
    RotationEnabled: true,
    RotationLambdaARN: 'arn:function',
    RotationRules: rules,
    LastRotatedDate: 5_000,
    NextRotationDate: 5_000 + interval,
  });
});

test('before the first rotation the next one counts from the configuration', () => {
  const rules = { AutomaticallyAfterDays: 1 };
  expect(rotationFields({ ...configured, rules })).toMatchObject({ NextRotationDate: 1_000 + DAY });
});

test('a cancelled rotation is shown as disabled and has no next date', () => {
  const fields = rotationFields({ ...configured, enabled: false, rules: { AutomaticallyAfterDays: 1 } });
  expect(fields).toMatchObject({ RotationEnabled: false });
  expect(fields).not.toHaveProperty('NextRotationDate');
});
