import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import type { Network } from '../../../../functions/net/network.ts';
import type { Credential } from '../../../../functions/providers/secret.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import type { LoginEvidence } from '../../../../functions/smtp/evidence.ts';
import { login } from '../../../../functions/smtp/login.ts';
import { type LoginResult, resultOf } from '../../../../functions/smtp/login-result.ts';

import { loopbackNetwork } from '../../../support/loopback-network.ts';
import type { WireEntry } from '../../../support/wire-log.ts';
import { type Dialogue, PASSWORD, USERNAME } from './dialogues.ts';
import { type Happened, happenedIn } from './happened.ts';
import type { Order, Report } from './servers.ts';

const SERVERS = fileURLToPath(new URL('servers.ts', import.meta.url));

/** What the client says of one dialogue, and what really happened. */
export interface Outcome {
  readonly dialogue: Dialogue;
  readonly evidence: LoginEvidence;
  readonly result: LoginResult;
  readonly happened: Happened;
  readonly tookMs: number;
}

/** Dialogues over real sockets and real TLS, many at a time; ports, contexts and TLS sessions are used again. */
export class Arena {
  readonly #child: ChildProcess;
  readonly #ports: readonly number[];
  readonly #ca: string;
  readonly #network: Network;
  readonly #waiting = new Map<number, (log: readonly WireEntry[]) => void>();

  private constructor(child: ChildProcess, ports: readonly number[], ca: string) {
    this.#child = child;
    this.#ports = ports;
    this.#ca = ca;
    this.#network = loopbackNetwork(...ports.map((port) => ({ port })));
    child.on('message', (report: Report) => {
      if ('server' in report) this.#waiting.get(report.server)?.(report.log);
    });
  }

  static async open(size: number): Promise<Arena> {
    const child = fork(SERVERS, [String(size)], { execArgv: [], serialization: 'advanced' });
    const [report] = (await once(child, 'message')) as [Report];
    if (!('ports' in report)) throw new Error('expected the servers to tell their ports first');
    return new Arena(child, report.ports, report.ca);
  }

  /** In their order; `budgetMs` for each. */
  perform(
    dialogues: readonly Dialogue[],
    budgetMs: (dialogue: Dialogue) => number,
  ): Promise<readonly Outcome[]> {
    const idle = [...this.#ports.keys()];
    return pLimit(idle.length).map(dialogues, async (dialogue) => {
      const server = idle.pop();
      if (server === undefined) throw new Error('expected a server for each worker');
      const outcome = await this.#perform(server, dialogue, budgetMs(dialogue));
      idle.push(server);
      return outcome;
    });
  }

  async #perform(server: number, dialogue: Dialogue, budgetMs: number): Promise<Outcome> {
    await this.#order({ server, steps: dialogue.steps });
    const credential: Credential = {
      endpoint: {
        host: 'localhost',
        port: this.#ports[server] ?? 0,
        security: dialogue.security,
        ca: this.#ca,
      },
      username: USERNAME,
      password: new Redacted(PASSWORD),
      ...(dialogue.authMethod && { authMethod: dialogue.authMethod }),
    };
    const began = performance.now();
    const evidence = await login(credential, budgetMs, this.#network);
    const tookMs = performance.now() - began;
    const happened = happenedIn(await this.#order({ server }));
    return { dialogue, evidence, result: resultOf(evidence), happened, tookMs };
  }

  #order(order: Order): Promise<readonly WireEntry[]> {
    return new Promise((resolve) => {
      this.#waiting.set(order.server, resolve);
      this.#child.send(order);
    });
  }

  close(): void {
    this.#child.disconnect();
  }
}
