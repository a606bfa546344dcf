import { beforeEach, describe, expect, it, vi } from 'vitest';
import { answerRotation } from '../../../functions/api/credentials.ts';
import { type AnswerPorts, answerRequest, answerState } from '../../../functions/api/operations.ts';
import type { OperationPorts } from '../../../functions/lifecycle/operate/operation.ts';
import { work } from '../../../functions/lifecycle/operate/work.ts';
import type { AgendaItem } from '../../../functions/table/items.ts';
import { Ledger, Operations } from '../../../functions/table/ledger.ts';
import { expectAnswer } from '../../support/api-schema.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { ROTATE } from '../../support/lambda/environment.ts';
import { MemoryAgenda } from '../../support/memory-agenda.ts';
import { OperationLab } from '../lifecycle/operate/operation-lab.ts';
import { HOUR_MS, MINUTE_MS } from '../lifecycle/rotate/enumeration/lab.ts';
import { SUBJECTS } from '../lifecycle/rotate/enumeration/providers.ts';

const ADA = 'arn:aws:sts::123456789012:assumed-role/operator/ada';
const TOKEN = '0f0c5a5e-5d3a-4a53-8f6b-2f4a4d7c9b10';

let lab: OperationLab;
let ledger: Ledger;
let operations: Operations;
let ports: AnswerPorts;
let started: string[];

beforeEach(async () => {
  lab = new OperationLab(SUBJECTS['issuing, reversible (Amazon SES)']);
  await lab.rotate();
  lab.now += HOUR_MS;
  const dynamodb = new InProcessTable();
  ledger = new Ledger(dynamodb);
  operations = new Operations(dynamodb);
  started = [];
  const { store, providerFor, now, overlapMs, soakMs } = lab.ports();
  ports = {
    store,
    // What rotation has written, and what is told of operations.
    ledger: Object.assign(ledger, bound(lab.ledger)),
    operations,
    providerFor,
    now,
    overlapMs,
    soakMs,
    rotateFunction: ROTATE,
    newId: () => TOKEN,
    worker: 'arn:of:operate',
    start: async (id) => void started.push(id),
  };
});

function bound(memory: OperationLab['ledger']) {
  return {
    historyOf: memory.historyOf.bind(memory),
    proofOf: memory.proofOf.bind(memory),
    acceptedEndpoints: memory.acceptedEndpoints.bind(memory),
  };
}

const ask = (body: object, who = ADA) => answerRequest(ports, JSON.stringify(body), who);

/** The invocation that the answer has started. */
async function workOn(operationId: string, instead: Partial<OperationPorts> = {}) {
  const operation = (await operations.find(operationId)) ?? expect.fail('no operation');
  return work({ ...workPorts(), ...instead }, operations, operation);
}

function workPorts(): OperationPorts {
  return { ...lab.operationPorts(), ledger };
}

describe('POST /operations', () => {
  it('answers at once, has the work started, and tells its state until it has ended', async () => {
    const asked = await ask({ operation: 'rotate', secretId: 'keyturn/orders', reason: 'INC-7' });
    expect(asked).toMatchObject({ state: 'requested', operationId: TOKEN, caller: ADA, reason: 'INC-7' });
    expect(started).toEqual([TOKEN]);
    await workOn(TOKEN);
    const state = await answerState(ports, TOKEN);
    expect(state).toMatchObject({
      state: 'succeeded',
      result: 'rotated',
      steps: [{ step: 'start-rotation' }],
    });
    for (const answer of [asked, state]) expectAnswer('Operation', answer);
  });

  it('leaves in the ledger who asked, why, each step with its time, and how it ended', async () => {
    await ask({ operation: 'rotate', secretId: lab.arn, reason: 'INC-7' });
    await workOn(TOKEN);
    const events = await ledger.events(lab.arn);
    expect(events.map(({ event, who }) => [event, who])).toEqual([
      ['operation.requested', ADA],
      ['operation.started', ADA],
      ['operation.step', ADA],
      ['operation.finished', ADA],
    ]);
    expect(events[1]).toMatchObject({ reason: 'INC-7', operation: 'rotate' });
    expect(events[2]).toMatchObject({ result: 'started', durationMs: expect.any(Number) });
  });

  it('takes the same request with the same token for the same operation, and another one for a conflict', async () => {
    const request = { operation: 'rotate', secretId: 'keyturn/orders', clientRequestToken: TOKEN };
    await ask(request);
    expect(await ask(request)).toMatchObject({ operationId: TOKEN });
    expect(started).toEqual([TOKEN, TOKEN]);
    expect(await ask({ ...request, operation: 'compromised' })).toMatchObject({ error: 'conflict' });
    expect(await workOn(TOKEN)).toMatchObject({ result: 'rotated' });
    expect(await workOn(TOKEN)).toBe('ended-before');
  });

  it.each<[object | string, string]>([
    ['no json', 'malformed-request'],
    [{ operation: 'delete', secretId: 'keyturn/orders' }, 'malformed-request'],
    [{ operation: 'rotate', secretId: 'keyturn/orders', fix: true }, 'malformed-request'],
    [{ operation: 'rotate', secretId: 'keyturn/orders', reason: 'a\nb' }, 'malformed-request'],
    [{ operation: 'rotate', secretId: 'keyturn/orders', reason: 'x'.repeat(501) }, 'malformed-request'],
    [{ operation: 'rotate', secretId: 'keyturn/nothing' }, 'not-found'],
    [{ operation: 'rotate', secretId: 'foreign' }, 'not-managed'],
  ])('refuses %j: %s', async (body, error) => {
    lab.secrets.create('foreign', '{}', {});
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(await answerRequest(ports, text, ADA)).toMatchObject({ error });
    expect(started).toEqual([]);
  });
});

describe('what cannot be done', () => {
  const rotate = { operation: 'rotate', secretId: 'keyturn/orders' };

  /** Both slots are taken: by the credential in use, and by the one that it has just replaced. */
  const full = async () => {
    await lab.rotate();
    lab.now += HOUR_MS;
    // The look that switches it off comes at most 20 minutes after it is due.
    return new Date(lab.now - HOUR_MS + lab.ports().overlapMs + 20 * MINUTE_MS + lab.ports().soakMs);
  };

  it('is said at once, with the reason and the date from which it can be, and nothing is begun', async () => {
    const gone = await full();
    const answer = await ask(rotate);
    expectAnswer('Error', answer);
    expect(answer).toMatchObject({ error: 'not-possible', reason: 'no-slot' });
    const { possibleFrom = null } = answer as { possibleFrom?: string | null };
    expect(Math.abs(Date.parse(possibleFrom ?? '') - gone.getTime())).toBeLessThan(MINUTE_MS);
    expect(answer).toHaveProperty('message', expect.stringContaining(`Possible from ${possibleFrom}`));
    expect([started, await ledger.events(lab.arn), await operations.find(TOKEN)]).toEqual([[], [], null]);
  });

  it('is the same, in the same words, for rotate, doctor, GET /credentials/{id} and a rotation started past all of them', async () => {
    await full();
    const refused = await ask(rotate);
    const { message, possibleFrom } = 'error' in refused ? refused : expect.fail('accepted');
    expect(await answerRotation(ports, lab.arn)).toEqual({
      possible: false,
      reason: 'no-slot',
      message,
      possibleFrom,
    });
    const { issues } = await lab.operate(lab.operation('doctor'));
    expect(issues.map(({ code, state, reason }) => [code, state, reason])).toEqual([
      ['rotation-not-possible', message, 'no-slot'],
    ]);
    expect(new Date(issues[0]?.possibleFrom ?? 0).toISOString()).toBe(possibleFrom);
    expect(await lab.rotate()).toMatchObject({
      kind: 'failed',
      step: 'createSecret',
      reason: `RotationError: ${message}`,
    });
  });

  it('is possible from that date on, though each look comes as late as it may', async () => {
    await full();
    const { possibleFrom } = (await answerRotation(ports, lab.arn)) ?? expect.fail('no answer');
    for (let looks = 0; looks < 3; looks += 1) {
      const outcome = await lab.retire();
      const next = outcome?.kind === 'retired' ? outcome.nextLookAt : null;
      lab.now = Math.min((next ?? lab.now) + 20 * MINUTE_MS, Date.parse(possibleFrom ?? ''));
    }
    expect(lab.now).toBe(Date.parse(possibleFrom ?? ''));
    expect(await answerRotation(ports, lab.arn)).toMatchObject({ possible: true, reason: null });
    await ask(rotate);
    expect(await workOn(TOKEN)).toMatchObject({ result: 'rotated' });
  });

  it('is not that the provider did not answer once: that may pass, and the operation tries again', async () => {
    const { providerFor } = ports;
    const fault = () => Promise.reject(new Error('a passing fault'));
    const failing = (...about: Parameters<typeof providerFor>) => {
      const provider = providerFor(...about);
      return Object.create(provider, { list: { value: fault } }) as typeof provider;
    };
    const answer = await answerRequest({ ...ports, providerFor: failing }, JSON.stringify(rotate), ADA);
    expect(answer).toMatchObject({ state: 'requested' });
    expect(await workOn(TOKEN)).toMatchObject({ result: 'rotated' });
  });

  it.each([
    [0, 0],
    [48, 0],
  ])(
    'nor is anything that needs no wait any more: an overlap of %i and a soak of %i hours',
    async (overlap, soak) => {
      const waits = { overlapMs: overlap * HOUR_MS, soakMs: soak * HOUR_MS };
      ports = { ...ports, ...waits };
      await full();
      lab.now += waits.overlapMs;
      expect(await answerRotation(ports, lab.arn)).toMatchObject({ possible: true });
      await ask(rotate);
      expect(await workOn(TOKEN, waits)).toMatchObject({ result: 'rotated' });
    },
  );

  it('is said of a secret that another function rotates, by rotate, doctor and GET alike', async () => {
    lab.secrets.setRotationEnabled(lab.arn, true, `${ROTATE}-of-another-stack`);
    const [refused, answer, ended] = [
      await ask(rotate),
      await answerRotation(ports, lab.arn),
      await lab.operate(lab.operation('doctor')),
    ];
    const { message } = answer ?? expect.fail('no answer');
    expect(message).toContain(`expected ${ROTATE}, got ${ROTATE}-of-another-stack`);
    expect(refused).toMatchObject({ error: 'not-possible', reason: 'not-set-up', message });
    expect(answer).toMatchObject({ possible: false, reason: 'not-set-up', possibleFrom: null });
    expect(ended.issues).toMatchObject([{ reason: 'not-set-up', state: message }]);
    expect(started).toEqual([]);
  });

  it('is not said of what was read while AWSCURRENT moved: that is read again', async () => {
    const read = vi.spyOn(ports.store, 'read');
    const value = await ports.store.read(lab.arn);
    const moved = { ...value, versionId: 'the next one' };
    read.mockResolvedValueOnce(moved);
    expect(await answerRotation(ports, lab.arn)).toMatchObject({ possible: true });
    read.mockResolvedValue(moved);
    await expect(answerRotation(ports, lab.arn)).rejects.toThrow('AWSCURRENT moved');
  });

  it('is said of a rollback, too', async () => {
    expect(await ask({ ...rotate, operation: 'rollback' })).toEqual({
      error: 'not-possible',
      message: 'There is no previous version with a credential in it.',
      possibleFrom: null,
    });
  });

  it('is no matter for what was begun before: that goes on', async () => {
    await ask(rotate);
    lab.secrets.beginRotation(lab.arn, TOKEN);
    await full();
    expect(await ask({ ...rotate, clientRequestToken: TOKEN })).toMatchObject({ operationId: TOKEN });
  });
});

describe('GET /operations/{operationId}', () => {
  it('knows no operation that was not asked for', async () => {
    expect(await answerState(ports, TOKEN)).toMatchObject({ error: 'not-found' });
  });

  describe('of an operation that waits for its rotation', () => {
    /** Started, and nothing heard of it yet. */
    const waiting = async () => {
      await ask({ operation: 'rotate', secretId: 'keyturn/orders' });
      const { rotations } = lab.operationPorts();
      const outcome = await workOn(TOKEN, { rotations: { ...rotations, start: async () => {} } });
      if (outcome === 'ended-before' || outcome.kind !== 'waiting') return expect.fail('it does not wait');
      started.length = 0;
      return outcome;
    };

    it('says what it waits for, and has it go on from when it can, once: not before, and not while it is worked on', async () => {
      const { until } = await waiting();
      const state = await answerState(ports, TOKEN);
      expect(state).toMatchObject({
        state: 'running',
        result: null,
        message: expect.stringMatching(/rotation/),
      });
      expectAnswer('Operation', state);
      expect(started).toEqual([]);
      lab.now = until;
      await answerState(ports, TOKEN);
      expect(started).toEqual([TOKEN]);
      await lab.rotate(TOKEN);
      expect(await workOn(TOKEN)).toMatchObject({ result: 'rotated' });
      await answerState(ports, TOKEN);
      expect(started).toEqual([TOKEN]);
    });

    it('nobody else works on the secret meanwhile, and for no longer than it may', async () => {
      const { until } = await waiting();
      const other = lab.operation('rollback');
      expect(await work(workPorts(), operations, other)).toMatchObject({ result: 'busy' });
      const lease = operations.leaseOn(lab.arn);
      expect(await lease.isHeld(until + 15 * MINUTE_MS - 1)).toBe(true);
      expect(await lease.isHeld(until + 15 * MINUTE_MS)).toBe(false);
    });

    it('but doctor, which changes nothing without --fix, says at once how the secret stands', async () => {
      const { until } = await waiting();
      const agenda = new MemoryAgenda();
      lab.secrets.beginRotation(lab.arn, TOKEN);
      const doctor = lab.operation('doctor');
      expect(await work({ ...workPorts(), agenda }, operations, doctor)).toMatchObject({
        result: 'issues',
        issues: [{ code: 'rotation-not-possible', reason: 'under-way' }],
      });
      expect(await operations.leaseOn(lab.arn).isHeld(until)).toBe(true);
      expect(await agenda.find(lab.arn)).toBeNull();
      const fixing = lab.operation('doctor', true);
      expect(await work(workPorts(), operations, fixing)).toMatchObject({ result: 'busy' });
    });

    it('it has not died before a look can have had it go on, and its steps are told as they end', async () => {
      const { until } = await waiting();
      // It keeps the secret in hand for 15 minutes; a look comes every 15, and has five to come to it.
      lab.now = until + 35 * MINUTE_MS;
      expect(await answerState(ports, TOKEN)).toMatchObject({ state: 'running' });
      lab.now += 1;
      expect(await answerState(ports, TOKEN)).toMatchObject({ state: 'abandoned' });
      const step = { operationId: TOKEN, step: 'createSecret', result: 'minted', durationMs: 7 };
      await ledger.recordEvent(lab.arn, 'operation.step', lab.now, step);
      expect(await answerState(ports, TOKEN)).toMatchObject({
        state: 'running',
        steps: [{ step: 'start-rotation' }, { step: 'createSecret', result: 'minted', durationMs: 7 }],
      });
    });
  });

  it('says that an operation has died when nothing was heard of it for longer than it can run', async () => {
    await ask({ operation: 'rotate', secretId: 'keyturn/orders' });
    lab.now += 21 * MINUTE_MS;
    expect(await answerState(ports, TOKEN)).toMatchObject({ state: 'abandoned', result: null });
  });

  it('tells the timeline of an incident, from the making of the oldest suspect to its revocation', async () => {
    await ask({ operation: 'compromised', secretId: 'keyturn/orders', reason: 'seen on a forum' });
    await workOn(TOKEN);
    const state = await answerState(ports, TOKEN);
    expectAnswer('Operation', state);
    const what = 'timeline' in state ? state.timeline.map((moment) => moment.what) : [];
    expect(what[0]).toMatch(/^AKIA\w+ was made$/);
    expect(what.some((one) => one.startsWith('operation.step remove:AKIA'))).toBe(true);
    expect(what.at(-1)).toBe(`operation.finished revoked by ${ADA}`);
  });
});

describe('two operations on one secret', () => {
  it('do not work at the same time; a died one keeps the other waiting no longer than it can run', async () => {
    const first = lab.operation('rotate');
    const second = lab.operation('rollback');
    const lease = operations.leaseOn(lab.arn);
    const acquired = (until = 15 * MINUTE_MS) => lease.acquire(first.operationId, lab.now + until, lab.now);
    expect(await acquired()).toEqual({ kind: 'acquired' });
    expect(await work({ ...lab.operationPorts(), ledger }, operations, second)).toMatchObject({
      result: 'busy',
    });
    expect(await acquired()).toEqual({ kind: 'acquired' });
    lab.now += 15 * MINUTE_MS;
    expect(await work({ ...lab.operationPorts(), ledger }, operations, second)).toMatchObject({
      result: 'not-possible',
    });
    expect(await acquired(MINUTE_MS)).toEqual({ kind: 'acquired' });
  });

  it('one that died when it had ended gives the secret back as soon as Lambda invokes it again', async () => {
    const operation = lab.operation('rollback');
    const lease = operations.leaseOn(lab.arn);
    vi.spyOn(operations, 'leaseOn').mockReturnValueOnce(lease);
    vi.spyOn(lease, 'release').mockRejectedValueOnce(new Error('the process died'));
    await expect(work(workPorts(), operations, operation)).rejects.toThrow('died');
    expect(await lease.isHeld(lab.now)).toBe(true);
    expect(await work(workPorts(), operations, operation)).toBe('ended-before');
    expect(await lease.isHeld(lab.now)).toBe(false);
  });

  describe('while a look of retirement has the secret', () => {
    const LOOKS_MS = 30_000;
    let lease: ReturnType<Operations['leaseOn']>;
    beforeEach(async () => {
      await ask({ operation: 'rotate', secretId: lab.arn });
      started.length = 0;
      lease = operations.leaseOn(lab.arn);
      await lease.acquire('look:1', lab.now + LOOKS_MS, lab.now);
    });

    it('it does not begin, sleeps for nobody, and comes next', async () => {
      const { now } = lab;
      expect(await workOn(TOKEN)).toEqual({ kind: 'waiting', until: now + LOOKS_MS });
      expect(lab.now).toBe(now);
      const state = await answerState(ports, TOKEN);
      expect(state).toMatchObject({ state: 'requested', message: expect.stringMatching(/retirement/) });
      const other = work(workPorts(), operations, lab.operation('rollback'));
      await expect(other, 'Lambda tries again').rejects.toThrow('try again');
      expect(await lease.release('look:1')).toBe(TOKEN);
      expect(await workOn(TOKEN)).toMatchObject({ result: 'rotated' });
      expect(await answerState(ports, TOKEN)).toMatchObject({ state: 'succeeded' });
      const own = (await ledger.events(lab.arn)).filter(({ operationId }) => operationId === TOKEN);
      expect(own.map(({ event }) => event.replace('operation.', ''))).toEqual([
        'requested',
        'waiting',
        'started',
        'step',
        'finished',
      ]);
    });

    it('which has just ended, it begins at once', async () => {
      vi.spyOn(lease, 'acquire').mockImplementationOnce(async () => {
        await lease.release('look:1');
        return { kind: 'held', holder: 'look:1', heldUntil: 0 };
      });
      vi.spyOn(operations, 'leaseOn').mockReturnValue(lease);
      expect(await workOn(TOKEN)).toMatchObject({ result: 'rotated' });
      const events = await ledger.events(lab.arn);
      expect(events.map(({ event }) => event)).not.toContain('operation.waiting');
    });

    it('and dies, it goes on when it is asked about', async () => {
      await workOn(TOKEN);
      lab.now += LOOKS_MS - 1;
      await answerState(ports, TOKEN);
      expect(started).toEqual([]);
      lab.now += 1;
      await answerState(ports, TOKEN);
      expect(started).toEqual([TOKEN]);
      expect(await workOn(TOKEN)).toMatchObject({ result: 'rotated' });
      expect(await lease.left(lab.now)).toBeNull();
    });

    it('and dies, it is due again for retirement at that very time', async () => {
      const agenda = new MemoryAgenda();
      const operation = (await operations.find(TOKEN)) ?? expect.fail('no operation');
      await work({ ...workPorts(), agenda }, operations, operation);
      expect(await agenda.find(lab.arn)).toMatchObject({ dueAt: lab.now + LOOKS_MS });
      expect(await lease.left(lab.now + LOOKS_MS)).toBe(TOKEN);
    });
  });

  it('is on the agenda of retirement before it changes anything, for when its function must have ended', async () => {
    await ask({ operation: 'rotate', secretId: lab.arn });
    const operation = (await operations.find(TOKEN)) ?? expect.fail('no operation');
    const agenda = new MemoryAgenda();
    const { dueAt } = await new Promise<AgendaItem>((resolve) => {
      const rotations = {
        ...lab.operationPorts().rotations,
        start: async () => resolve((await agenda.find(lab.arn)) ?? expect.fail('not on the agenda')),
      };
      void work({ ...lab.operationPorts(), ledger, agenda, rotations }, operations, operation);
    });
    expect(dueAt).toBeGreaterThan(lab.now);
    expect(dueAt).toBeLessThan(lab.now + 20 * MINUTE_MS);
  });
});
