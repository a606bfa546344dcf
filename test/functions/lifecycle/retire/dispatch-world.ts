import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import pLimit from 'p-limit';
import { type LookPorts, lookIfDue } from '../../../../functions/lifecycle/retire/look.ts';
import {
  type Batch,
  nextRound,
  type RoundPorts,
  whatDied,
} from '../../../../functions/lifecycle/retire/round.ts';
import type { ManagedSecret } from '../../../../functions/secrets/description.ts';
import { Agenda } from '../../../../functions/table/agenda.ts';
import { keys } from '../../../../functions/table/items.ts';
import { Lease } from '../../../../functions/table/lease.ts';
import { InProcessTable } from '../../../support/aws/dynamodb.ts';
import { Faults } from '../../../support/aws/faults.ts';
import { MemoryAgenda } from '../../../support/memory-agenda.ts';

const DAY = 24 * 60 * 60_000;
const CURRENT = 'current';
const UNPLANNED = {
  enabled: false,
  everyDays: null,
  window: null,
  lastRotatedAt: null,
  nextRotationAt: null,
};

export const arnOf = (name: string) =>
  `arn:aws:secretsmanager:us-east-1:123456789012:secret:mail/${name}-AbCdEf`;
export const arns = (count: number) =>
  Array.from({ length: count }, (_, at) => arnOf(String(at).padStart(4, '0')));

/** As ListSecrets has it: rotated once, and nothing planned. */
export function secret(arn: string, changes: Partial<ManagedSecret> = {}): ManagedSecret {
  const stages = { [CURRENT]: ['AWSCURRENT'], previous: ['AWSPREVIOUS'] };
  const dates = { createdAt: null, lastAccessedAt: null };
  return { arn, name: arn, owner: null, stages, schedule: UNPLANNED, ...dates, ...changes };
}

/** What happens to a batch: `dies` while it looks at the one of this number, `cut-short` before that, `item-lost` of that. */
export interface Fault {
  readonly kind: 'none' | 'twice' | 'cut-short' | 'dies' | 'item-lost';
  readonly at: number;
}

export const faults: fc.Arbitrary<Fault[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('none', 'none', 'twice', 'cut-short', 'dies', 'item-lost'),
    at: fc.nat(9),
  }),
  { maxLength: 12 },
);

interface Stores {
  readonly agenda: Pick<Agenda, 'find' | 'put' | 'due' | 'begin' | 'settle'>;
  readonly runLease: Pick<Lease, 'acquire' | 'release'>;
  readonly leaseOn: (secretArn: string) => Pick<Lease, 'acquire' | 'release' | 'left'>;
  readonly lose: (secretArn: string) => Promise<unknown>;
}

export function inDynamoDb(): Stores {
  const table = new InProcessTable();
  return {
    agenda: new Agenda(table),
    runLease: new Lease(table, keys.retirementLease),
    leaseOn: (secretArn) => new Lease(table, keys.secretLease(secretArn)),
    lose: (secretArn) =>
      table.client.send(new DeleteCommand({ TableName: table.name, Key: { ...keys.agenda(secretArn) } })),
  };
}

/** The same rules, hundreds of times as fast. */
export function inMemory(): Stores {
  const agenda = new MemoryAgenda(new Network());
  const leases = new Map<string, MemoryLease>();
  const leaseOn = (name: string) => {
    const lease = leases.get(name) ?? new MemoryLease();
    leases.set(name, lease);
    return lease;
  };
  return { agenda, leaseOn, runLease: leaseOn('run'), lose: async (arn) => agenda.lose(arn) };
}

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Every call takes its time. */
class Network extends Faults {
  override async call<T>(effect: () => T | Promise<T>): Promise<T> {
    await later();
    return super.call(effect);
  }
}

class MemoryLease implements Pick<Lease, 'acquire' | 'release' | 'left'> {
  #holder = '';
  #heldUntil = 0;

  async acquire(holder: string, heldUntil: number, now: number) {
    await later();
    if (this.#holder !== holder && this.#heldUntil > now)
      return { kind: 'held', holder: this.#holder, heldUntil: this.#heldUntil } as const;
    this.#holder = holder;
    this.#heldUntil = heldUntil;
    return { kind: 'acquired' } as const;
  }

  async release(holder: string) {
    await later();
    if (this.#holder === holder) this.#heldUntil = 0;
    return null;
  }

  async left(now: number) {
    await later();
    return this.#heldUntil > 0 && this.#heldUntil <= now ? this.#holder : null;
  }
}

/** The state machine, and the processes of its batches; a killer ends each one that looks at it. */
export class DispatchWorld {
  readonly seen = new Set<string>();
  /** Those that a process was said to have died of, and those of which that may be said besides killers. */
  readonly named = new Set<string>();
  readonly nameable = new Set<string>();
  /** Those that two processes looked at at the same time. */
  readonly together: string[] = [];
  readonly #stores: Stores;
  readonly #all: readonly string[];
  readonly #killers: ReadonlySet<string>;
  readonly #faults: Fault[];
  readonly #lookedAt = new Set<string>();
  #now = Date.parse('2026-12-01T06:00:00Z');
  #ids = 0;

  constructor(
    stores: Stores,
    all: readonly string[],
    killers: ReadonlySet<string>,
    schedule: readonly Fault[],
  ) {
    this.#stores = stores;
    this.#all = all;
    this.#killers = killers;
    this.#faults = [...schedule];
  }

  async makeAllDue(): Promise<void> {
    for (const arn of this.#all)
      await this.#stores.agenda.put(arn, { versionId: null, dueAt: this.#now }, this.#now);
  }

  nextDay(): void {
    this.#now += DAY;
  }

  calm(): void {
    this.#faults.length = 0;
  }

  /** A run of the state machine, to its end. */
  async run(runId: string, sweepFrom: string | null): Promise<void> {
    const fiveAtOnce = pLimit(5);
    for (let round = { round: 0, sweepFrom }, goesOn = true; goesOn; ) {
      const { batches, ...next } = await nextRound(this.#rounds(), { ...round, runId });
      await fiveAtOnce.map(batches, (batch) => this.#batch(batch, this.#faults.shift()));
      round = next;
      goesOn = next.goesOn;
    }
  }

  async #batch({ secretArns }: Batch, fault: Fault = { kind: 'none', at: 0 }): Promise<void> {
    const met = secretArns[fault.at];
    switch (fault.kind) {
      case 'twice':
        // Whoever looks while the other process dies is named along with what that died of.
        for (const arn of secretArns) this.nameable.add(arn);
        await Promise.all([this.#process(secretArns), this.#process(secretArns)]);
        return;
      case 'dies':
        if (met) this.nameable.add(met);
        return this.#process(secretArns, met);
      case 'item-lost':
        if (met) await this.#stores.lose(met);
        return this.#process(secretArns);
      default:
        return this.#process(fault.kind === 'cut-short' ? secretArns.slice(0, fault.at) : secretArns);
    }
  }

  async #process(secretArns: readonly string[], fatal?: string): Promise<void> {
    for (const arn of secretArns) {
      const { promise: ended, resolve } = Promise.withResolvers<'ended'>();
      const isFatal = arn === fatal || this.#killers.has(arn);
      const look = lookIfDue(this.#looks(isFatal ? () => resolve('ended') : null), arn);
      if ((await Promise.race([look, ended])) !== 'ended') continue;
      const dead = await whatDied(this.#rounds(), { secretArns, died: { Error: 'Runtime.ExitError' } });
      for (const { secretArn } of dead) this.named.add(secretArn);
      return;
    }
  }

  #rounds(): RoundPorts {
    const secrets = this.#all.map((arn) => secret(arn));
    return {
      agenda: this.#stores.agenda,
      store: {
        async *managedPages() {
          yield { secrets, next: undefined };
        },
      },
      lease: this.#stores.runLease,
      now: () => this.#now,
    };
  }

  #looks(ends: (() => void) | null): LookPorts {
    const { agenda, leaseOn } = this.#stores;
    return {
      agenda,
      leaseOn,
      goOn: async () => {},
      newId: () => `look-${++this.#ids}`,
      now: () => this.#now,
      retire: (arn) => this.#retire(arn, ends),
    };
  }

  async #retire(secretArn: string, ends: (() => void) | null) {
    if (this.#lookedAt.has(secretArn)) this.together.push(secretArn);
    this.#lookedAt.add(secretArn);
    for (let turn = 0; turn < 5; turn += 1) await later();
    this.#lookedAt.delete(secretArn);
    if (ends) {
      ends();
      return new Promise<never>(() => {});
    }
    this.seen.add(secretArn);
    const seen = { versionId: CURRENT, overdueFrom: null };
    return { kind: 'retired', secretArn, retirements: [], nextLookAt: null, seen } as const;
  }
}
