import type { OperationName, OperationPorts } from '../../../../functions/lifecycle/operate/operation.ts';
import { type Ended, runOperation, type Waiting } from '../../../../functions/lifecycle/operate/run.ts';
import { reportStep } from '../../../../functions/lifecycle/rotate/report.ts';
import { STEPS } from '../../../../functions/lifecycle/rotate/step-decision.ts';
import type { LedgerEvent, Operation } from '../../../../functions/table/items.ts';
import { ROTATE } from '../../../support/lambda/environment.ts';
import { type Handler, Lab, MINUTE_MS } from '../rotate/enumeration/lab.ts';
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
  readonly asked = new Map<string, Operation>();
  /** Operations that their rotations had go on. */
  readonly toldToGoOn: string[] = [];
  /** How often consumers were told to refresh. */
  announced = 0;
  /** What functions waited for within themselves (ms), for their own reads or logins. */
  sleptMs = 0;
  #operations = 0;
  /** The token of a rotation whose function died; Secrets Manager tries it again. */
  #halfDone: string | undefined;

  constructor(...about: ConstructorParameters<typeof Lab>) {
    super(...about);
    this.handler = reporting(this, this.handler);
  }

  operation(name: OperationName, fix = false, endpoint: string | null = null): Operation {
    this.#operations += 1;
    const operation = {
      operationId: String(this.#operations).padStart(36, 'o'),
      operation: name,
      secretArn: this.arn,
      fix,
      endpoint,
      reason: 'a test',
      who: 'arn:aws:iam::123456789012:user/ada',
      requestedAt: this.now,
      worker: 'arn:of:operate',
    };
    this.requests.set(operation.operationId, operation);
    this.asked.set(operation.operationId, operation);
    return operation;
  }

  /** Asked for, and followed to its end; each invocation is a new process. */
  async operate(operation: Operation, ports?: OperationPorts): Promise<Ended> {
    this.ask(operation);
    for (;;) {
      const outcome = await this.invoke(operation, ports);
      if (outcome.kind === 'ended') return outcome;
      await this.pass(outcome);
    }
  }

  ask({ operationId, who }: Operation): void {
    this.events.push({ event: 'operation.requested', operationId, who, at: this.now });
  }

  /** One invocation of the function that works on operations. */
  invoke(operation: Operation, ports = this.operationPorts()): Promise<Ended | Waiting> {
    this.faults.restart();
    return runOperation(ports, operation);
  }

  /** Until an operation that waits is looked at again; Secrets Manager goes on meanwhile. */
  async pass({ until }: Waiting): Promise<void> {
    this.now = Math.max(this.now, until);
    if (this.#halfDone !== undefined) await this.#start(this.#halfDone);
  }

  violated(): readonly string[] {
    return [...this.watch.violations].filter((violation) => NEVER.test(violation));
  }

  steps(): readonly string[] {
    return this.events
      .filter(({ event, step }) => event === 'operation.step' && !STEPS.some((known) => known === step))
      .map(({ step, result }) => `${String(step).split(':')[0]} ${result}`);
  }

  operationPorts(): OperationPorts {
    const deadline = this.now + LAMBDA_MS;
    return {
      ...this.ports(),
      ledger: this.#ledger(),
      rotateFunction: ROTATE,
      announce: () => this.faults.call(() => void this.announced++),
      rotations: {
        start: (_arn, token) => this.faults.call(() => this.#start(token)),
        schedule: (arn) => this.faults.call(() => this.secrets.setRotationEnabled(arn, true)),
      },
      sleep: async (ms) => {
        this.now += ms;
        this.sleptMs += ms;
      },
      remainingMs: () => deadline - this.now,
    };
  }

  #ledger(): OperationPorts['ledger'] {
    const { ledger, faults, events } = this;
    return {
      historyOf: (arn) => ledger.historyOf(arn),
      amendMint: (arn, mint) => ledger.amendMint(arn, mint),
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

/** As the rotation function reports its steps; a process that has died reports nothing. */
function reporting(lab: OperationLab, handler: Handler): Handler {
  return async (ports, event) => {
    const report = (ended: { readonly result: string; readonly detail?: string }) =>
      reportStep(
        {
          requestOf: async (id) => lab.asked.get(id) ?? null,
          ledger: {
            recordEvent: async (_arn, name, at, details) =>
              void lab.events.push({ who: 'schedule', ...details, event: name, at }),
          },
          goOn: async ({ operationId }) => void lab.toldToGoOn.push(operationId),
          now: () => lab.now,
        },
        event,
        { ...ended, durationMs: 0 },
      );
    try {
      const result = await handler(ports, event);
      await report({ result: String(result) });
      return result;
    } catch (error) {
      const { name, message } = error as Error;
      if (name !== 'Crash') await report({ result: 'failed', detail: message });
      throw error;
    }
  };
}
