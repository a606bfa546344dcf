import type { HandedOut } from '../../../functions/lifecycle/retire/round.ts';
import { Agenda } from '../../../functions/table/agenda.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { functionEnvironment } from '../../support/lambda/environment.ts';
import { type AwsEndpoint, type Calls, startAwsEndpoint } from '../audit/aws-endpoint.ts';
import { FunctionProcess, type Invocation } from '../audit/function-process.ts';
import { AccessKeys } from './access-keys.ts';
import { billedSeconds } from './cost.ts';
import { RotatedSecrets, SEEN } from './rotated-secrets.ts';

/** As the state machine has it (infra/constructs/retirement-state-machine.ts). */
const BATCHES_AT_ONCE = 5;

export interface RetirementBundles {
  readonly Retire: string;
  readonly RetireDue: string;
}

/** What invocations took, all together. */
export interface Meter {
  readonly invocations: number;
  readonly cpuMs: number;
  readonly logBytes: number;
  readonly calls: Calls;
}

export interface Idle {
  /** One look of the schedule, and the sweep of a day. */
  readonly look: Meter;
  readonly sweep: Meter;
}

export interface Due {
  readonly looks: Meter;
  readonly rounds: number;
  readonly batches: number;
  readonly switchedOff: number;
  /** Seconds: of the whole run, and the longest that a function had of its own. */
  readonly seconds: number;
  readonly longest: number;
}

/** So many credentials of which nothing is due: one look of the schedule, and one sweep. */
export async function measureIdle(count: number, bundles: RetirementBundles): Promise<Idle> {
  await using world = await World.start(count, bundles);
  await world.see(SEEN);
  const look = await world.measured(() => world.due({}));
  const sweep = await world.measured(async () => {
    for (let from: unknown = ''; from !== null; )
      from = (await world.due({ runId: 'bench', round: 0, sweepFrom: from })).result.sweepFrom;
  });
  return { look, sweep };
}

/** So many credentials that are all due at once, as after the loss of the table. */
export async function measureDue(count: number, bundles: RetirementBundles): Promise<Due> {
  await using world = await World.start(count, bundles);
  await world.see({ versionId: null, dueAt: Date.now() - count });
  const totals = { rounds: 0, batches: 0, seconds: 0, longest: 0 };
  const looks = await world.measured(async () => {
    for (let round: HandedOut | undefined; round?.goesOn !== false; totals.rounds += 1) {
      const { round: number = 0, sweepFrom = null } = round ?? {};
      const found = await world.timed(() => world.due({ runId: 'bench', round: number, sweepFrom }));
      round = found.result as unknown as HandedOut;
      const lanes = Array<number>(BATCHES_AT_ONCE).fill(0);
      for (const batch of round.batches) {
        const { seconds } = await world.timed(() => world.retire(batch));
        lanes.sort((a, b) => a - b);
        lanes[0] = (lanes[0] ?? 0) + seconds;
        totals.longest = Math.max(totals.longest, seconds);
      }
      totals.batches += round.batches.length;
      totals.seconds += found.seconds + Math.max(...lanes);
      totals.longest = Math.max(totals.longest, found.seconds);
    }
  });
  return { looks, ...totals, switchedOff: world.keys.inactive.size };
}

/** Both functions, each in a process of its own, and AWS around them. */
class World {
  readonly keys = new AccessKeys();
  readonly #secrets: RotatedSecrets;
  readonly #table: InProcessTable;
  readonly #aws: AwsEndpoint;
  readonly #retire: FunctionProcess;
  readonly #due: FunctionProcess;
  #total = { invocations: 0, cpuMs: 0 };

  private constructor(
    secrets: RotatedSecrets,
    table: InProcessTable,
    aws: AwsEndpoint,
    bundles: RetirementBundles,
  ) {
    this.#secrets = secrets;
    this.#table = table;
    this.#aws = aws;
    const env = environmentFor(aws.url);
    this.#retire = new FunctionProcess(bundles.Retire, env);
    this.#due = new FunctionProcess(bundles.RetireDue, env);
  }

  static async start(count: number, bundles: RetirementBundles): Promise<World> {
    const secrets = new RotatedSecrets(count);
    const table = new InProcessTable();
    const keys = new AccessKeys();
    const aws = await startAwsEndpoint(secrets, await table.url(), { iam: keys });
    return Object.assign(new World(secrets, table, aws, bundles), { keys });
  }

  /** What the agenda says of the first credential; of each other one by a millisecond later, as dates are in the world. */
  async see({
    versionId,
    dueAt,
  }: {
    readonly versionId: string | null;
    readonly dueAt: number;
  }): Promise<void> {
    const agenda = new Agenda(this.#table);
    for (const [at, arn] of this.#secrets.arns().entries())
      await agenda.put(arn, { versionId, dueAt: dueAt + at }, Date.now());
  }

  due(event: object): Promise<Invocation> {
    return this.#invoke(this.#due, event);
  }

  retire(event: object): Promise<Invocation> {
    return this.#invoke(this.#retire, event);
  }

  async measured(work: () => Promise<unknown>): Promise<Meter> {
    this.#aws.calls.clear();
    this.#total = { invocations: 0, cpuMs: 0 };
    const before = this.#logBytes();
    await work();
    return { ...this.#total, logBytes: this.#logBytes() - before, calls: new Map(this.#aws.calls) };
  }

  /** An invocation, and the seconds that Lambda would take for it. */
  async timed(invoke: () => Promise<Invocation>) {
    const before = new Map(this.#aws.calls);
    const { result, cpuMs } = await invoke();
    const calls = new Map(
      [...this.#aws.calls].map(([name, times]) => [name, times - (before.get(name) ?? 0)]),
    );
    return { result, seconds: billedSeconds({ cpuMs, calls }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#retire.end(), this.#due.end()]);
    this.#aws.close();
  }

  async #invoke(process: FunctionProcess, event: object): Promise<Invocation> {
    const invocation = await process.invoke(event);
    this.#total.invocations += 1;
    this.#total.cpuMs += invocation.cpuMs;
    return invocation;
  }

  #logBytes(): number {
    return this.#retire.logBytes + this.#due.logBytes;
  }
}

function environmentFor(url: string): NodeJS.ProcessEnv {
  return { ...functionEnvironment(), AWS_ENDPOINT_URL: url };
}
