import type { Operation, OperationName } from '../../../../functions/lifecycle/operate/operation.ts';
import type { OperationPorts } from '../../../../functions/lifecycle/operate/ports.ts';
import { type Ended, runOperation } from '../../../../functions/lifecycle/operate/run.ts';
import type { LedgerEvent } from '../../../../functions/table/items.ts';
import { Lab, MINUTE_MS } from '../rotate/enumeration/lab.ts';
import { SUBJECTS } from '../rotate/enumeration/providers.ts';

/** A kind of provider. */
export type SubjectName = keyof typeof SUBJECTS;

/** Those for which Keyturn makes the credential. */
export const MAKING = (Object.keys(SUBJECTS) as SubjectName[]).filter((name) => name !== 'manual');

/** The timeout of the function that works on operations. */
const LAMBDA_MS = 15 * MINUTE_MS;
/** What an operation must never do. That a credential used lately is taken away may be its purpose. */
const NEVER = /AWSCURRENT does not log in|foreign|the current credential|limit|unproven/;

/** A lab in which an operator has something done; rotations that he starts run as Secrets Manager runs them. */
export class OperationLab extends Lab {
  readonly events: LedgerEvent[] = [];
  /** How often consumers were told to refresh. */
  announced = 0;
  #operations = 0;
  /** The token of a rotation whose function died; Secrets Manager tries it again. */
  #halfDone: string | undefined;

  operation(name: OperationName, fix = false, endpoint: string | null = null): Operation {
    this.#operations += 1;
    return {
      operationId: String(this.#operations).padStart(36, 'o'),
      operation: name,
      secretArn: this.arn,
      fix,
      endpoint,
      reason: 'a test',
      who: 'arn:aws:iam::123456789012:user/ada',
      requestedAt: this.now,
    };
  }

  /** One invocation by a new process. */
  operate(operation: Operation, ports = this.operationPorts()): Promise<Ended> {
    this.faults.restart();
    return runOperation(ports, operation);
  }

  violated(): readonly string[] {
    return [...this.watch.violations].filter((violation) => NEVER.test(violation));
  }

  steps(): readonly string[] {
    return this.events
      .filter(({ event }) => event === 'operation.step')
      .map(({ step, result }) => `${String(step).split(':')[0]} ${result}`);
  }

  operationPorts(): OperationPorts {
    const deadline = this.now + LAMBDA_MS;
    return {
      ...this.ports(),
      ledger: this.#ledger(),
      announce: () => this.faults.call(() => void this.announced++),
      rotations: {
        start: (_arn, token) => this.faults.call(() => this.#start(token)),
        schedule: (arn) => this.faults.call(() => this.secrets.setRotationEnabled(arn, true)),
      },
      sleep: async (ms) => {
        this.now += ms;
        if (this.#halfDone !== undefined) await this.#start(this.#halfDone);
      },
      remainingMs: () => deadline - this.now,
    };
  }

  #ledger(): OperationPorts['ledger'] {
    const { ledger, faults, events } = this;
    return {
      historyOf: (arn) => ledger.historyOf(arn),
      recordMint: (arn, mint) => ledger.recordMint(arn, mint),
      proofOf: (arn, token) => ledger.proofOf(arn, token),
      recordDeactivation: (arn, one) => ledger.recordDeactivation(arn, one),
      acceptEndpoint: (arn, accepted) => ledger.acceptEndpoint(arn, accepted),
      acceptedEndpoints: (arn) => ledger.acceptedEndpoints(arn),
      recordEvent: (_arn, event, at, details) =>
        faults.call(() => void events.push({ who: 'schedule', ...details, event, at })),
      events: () => faults.call(() => [...events]),
    };
  }

  /** A fault inside is one of the rotation function: it ends that, not the operation. */
  async #start(token: string): Promise<void> {
    this.#halfDone = undefined;
    const result = await this.rotate(token);
    this.faults.restart();
    if (result.kind === 'refused') throw Object.assign(new Error(result.message), { name: result.code });
    if (result.kind === 'failed') this.#halfDone = token;
  }
}
