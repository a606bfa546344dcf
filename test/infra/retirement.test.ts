import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunInput } from '../../functions/lifecycle/retire/round.ts';
import { type FunctionWorld, startFunctionWorld } from '../support/lambda/function-world.ts';
import { StateMachine, type States } from '../support/lambda/state-machine.ts';
import type { WayToEnd } from '../support/lambda/ways-to-end.ts';
import { listen } from '../support/smtp-servers.ts';
import { allowed, KEYTURN, named, ofType, resourcesOf, statements } from './synthesized.ts';

const resources = resourcesOf(KEYTURN);
const machine = named(resources, 'RetireStateMachine').Properties;
const definition: States = JSON.parse(machine.DefinitionString);

describe('the state machine of retirement', () => {
  it('invokes its two functions, writes its log and trace, and nothing else', () => {
    const [invoke, ...others] = allowed(resources, 'RetireStateMachine');
    expect(invoke).toEqual({
      Effect: 'Allow',
      Action: ['lambda:InvokeFunction'],
      Resource: ['<RetireDueFunction7EFC9A4C.Arn>', '<RetireFunctionE255B234.Arn>'],
    });
    const services = others.flatMap(({ Action }) => Action.map((action) => action.split(':')[0]));
    expect(new Set(services)).toEqual(new Set(['logs', 'xray']));
    expect(machine.StateMachineName).toBe('Keyturn-retirement');
  });

  it('looks at five batches at once: the providers and IAM throttle', () => {
    expect(definition.States.EachBatch).toMatchObject({ Type: 'Map', MaxConcurrency: 5 });
  });

  it('has a log of its own, without what travels in it', () => {
    expect(machine.LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: 'ALL' });
    expect(machine.TracingConfiguration).toEqual({ Enabled: true });
  });

  it('gives a look the time of the slowest provider, and its function no more than two minutes', () => {
    expect(named(resources, 'RetireFunction').Properties.Timeout).toBe(120);
    expect(named(resources, 'RetireDueFunction').Properties.Timeout).toBe(60);
  });
});

describe('what is due', { timeout: 120_000 }, () => {
  let world: FunctionWorld;
  let stepFunctions: Server;
  /** Inputs of the executions that somebody started. */
  const started: RunInput[] = [];

  beforeAll(async () => {
    stepFunctions = createServer(async (request, response) => {
      const { input, stateMachineArn } = (await json(request)) as { input: string; stateMachineArn: string };
      expect(stateMachineArn).toBe('arn:of:the:machine');
      started.push(JSON.parse(input));
      response.end(JSON.stringify({ executionArn: 'arn', startDate: 0 }));
    });
    const port = await listen(stepFunctions);
    world = await startFunctionWorld(['retire', 'retire-due'], {
      AWS_ENDPOINT_URL_SFN: `http://127.0.0.1:${port}`,
      KEYTURN_RETIREMENT_MACHINE: 'arn:of:the:machine',
    });
  });
  afterAll(async () => {
    stepFunctions.closeAllConnections();
    await Promise.all([world.close(), new Promise((resolve) => stepFunctions.close(resolve))]);
  });
  beforeEach(async () => {
    world.reset();
    await world.table.clear();
    started.length = 0;
  });

  /** An execution of the deployed state machine; its functions in processes of their own. */
  async function execute(runId: string, input: RunInput = { round: 0, sweepFrom: '' }): Promise<void> {
    const functions: Record<string, string> = {
      '<RetireDueFunction7EFC9A4C.Arn>': 'retire-due',
      '<RetireFunctionE255B234.Arn>': 'retire',
    };
    const run = new StateMachine(definition, (resource, event) =>
      world.lambda.run(functions[resource] ?? '', event),
    );
    await run.run(input, { Execution: { Name: runId } });
  }

  const looks = () => world.lambda.invocations.filter(({ name }) => name === 'retire');
  const failures = () => world.lambda.logged.filter(({ event }) => event === 'credential.retirement-failed');
  const settled = async (arn: string) => {
    const [item] = [...(await world.table.items())].filter(([key]) => key === `AGENDA#${arn}|AGENDA`);
    return item?.[1].versionId?.S !== undefined;
  };

  it.each(['segmentation fault', 'endless loop'] as const)(
    'is all looked at, but for the one that ends its process, which is told of by name: by %s',
    async (way: WayToEnd) => {
      const [a, b, killer] = [
        world.create('mail/a'),
        world.create('mail/b'),
        world.createKiller('mail/killer', way),
      ];
      await execute(`run-${way.length}`);
      expect(await Promise.all([a, b, killer].map(settled))).toEqual([true, true, false]);
      const result = way === 'endless loop' ? 'Sandbox.Timedout' : 'Runtime.ExitError';
      expect(failures()).toMatchObject([
        { secretArn: killer, result: 'crashed', detail: result, level: 'ERROR' },
      ]);
      expect(world.lambda.logged.filter((line) => 'RetirementFailed' in line)).toMatchObject([
        { RetirementFailed: 1 },
      ]);
    },
  );

  it('is all looked at in more batches than one, with two killers in one of them and one in another', async () => {
    const good = Array.from({ length: 20 }, (_, at) => world.create(`mail/good-${at}`));
    const killers = [1, 2, 3].map((at) => world.createKiller(`mail/killer-${at}`, 'process.exit'));
    await execute('many');
    expect(await Promise.all(good.map(settled))).toEqual(good.map(() => true));
    expect(
      failures()
        .map(({ secretArn }) => secretArn)
        .toSorted(),
    ).toEqual(killers);
  });

  it('is looked at once: a second run finds nothing', async () => {
    world.create('mail/a');
    await execute('first');
    await execute('second');
    expect(looks()).toHaveLength(1);
    expect(await world.lambda.run('retire-due', {})).toEqual({});
    expect(started).toEqual([]);
  });

  it('is found by the look of the schedule, which starts a run', async () => {
    const arn = world.create('mail/a');
    await world.agenda.put(arn, { versionId: null, dueAt: Date.now() }, Date.now());
    await world.lambda.run('retire-due', {});
    expect(started).toEqual([{ round: 0, sweepFrom: null }]);
    await execute('started', started[0]);
    expect(await settled(arn)).toBe(true);
  });

  it('is left to the run that is under way', async () => {
    const arn = world.create('mail/a');
    await world.agenda.put(arn, { versionId: null, dueAt: Date.now() }, Date.now());
    await world.lambda.run('retire-due', { runId: 'under way', round: 0, sweepFrom: null });
    await world.lambda.run('retire-due', {});
    expect(started).toEqual([]);
    await execute('too many', { round: 0, sweepFrom: null });
    expect(looks()).toEqual([]);
  });

  it('is not said to have ended a function that fails by itself: the run fails, and an alarm tells', async () => {
    const arn = world.create('mail/a');
    const died = { secretArns: [arn], died: { Error: 'Runtime.ImportModuleError' } };
    await world.agenda.put(arn, { versionId: null, dueAt: Date.now() }, Date.now());
    const { error } = await world.lambda.run('retire-due', died);
    expect(error?.errorMessage).toContain('Runtime.ImportModuleError');
    expect(failures()).toEqual([]);
  });

  it('is looked at at once for an operator, by name; one that ends the process is seen to end it', async () => {
    const arn = world.create('mail/a');
    world.createKiller('mail/killer');
    const { answer } = await world.lambda.run('retire', { secretId: 'mail/a' });
    expect(answer).toMatchObject([{ secretArn: arn, kind: 'nothing-to-retire' }]);
    expect(await settled(arn)).toBe(true);
    const { error } = await world.lambda.run('retire', { secretId: 'mail/killer' });
    expect(error?.errorType).toBe('Runtime.ExitError');
    expect(looks()).toHaveLength(2);
  });
});

it('no function of retirement invokes another: what bounds their number is the state machine', () => {
  const policies = ofType(resources, 'AWS::IAM::Policy').filter(({ Properties }) =>
    Properties.Roles.some(
      (role: string) => role.startsWith('<RetireRole') || role.startsWith('<RetireDueRole'),
    ),
  );
  const invoked = policies
    .flatMap(({ Properties }) => statements(Properties.PolicyDocument))
    .filter(({ Action }) => Action.includes('lambda:InvokeFunction'))
    .flatMap(({ Resource }) => Resource);
  // An operation that has to go on, and nothing else.
  expect(invoked).toEqual([expect.stringMatching(/^<OperateFunction\w{8}\.Arn>$/)]);
});
