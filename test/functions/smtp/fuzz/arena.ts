import { concurrently } from '../../../../functions/audit/concurrently.ts';
import type { Credential } from '../../../../functions/credential/credential.ts';
import { Redacted } from '../../../../functions/credential/redacted.ts';
import type { LoginEvidence } from '../../../../functions/smtp/evidence.ts';
import type { Judgement } from '../../../../functions/smtp/judgement.ts';
import { login } from '../../../../functions/smtp/login.ts';
import type { Network } from '../../../../functions/smtp/network.ts';
import { judge } from '../../../../functions/smtp/verdict.ts';
import { loopbackNetwork } from '../../../support/loopback-network.ts';
import { type ScriptedServer, startScriptedServer } from '../../../support/scripted-server.ts';
import { certificates } from '../../../support/smtp-servers.ts';
import { type Dialogue, PASSWORD, USERNAME } from './dialogues.ts';
import { type Truth, truthOf } from './truth.ts';

/** What the client says of one dialogue, and what really happened. */
export interface Outcome {
  readonly evidence: LoginEvidence;
  readonly judgement: Judgement;
  readonly truth: Truth;
  readonly tookMs: number;
}

/** A server that plays another dialogue to each connection, so that ports, contexts and TLS sessions are used again. */
interface Stage {
  readonly server: ScriptedServer;
  dialogue: Dialogue | undefined;
}

/** Dialogues over real sockets and real TLS, many at a time, one for each server. */
export class Arena {
  readonly #stages: readonly Stage[];
  readonly #network: Network;

  private constructor(stages: readonly Stage[]) {
    this.#stages = stages;
    this.#network = loopbackNetwork(...stages.map(({ server }) => server));
  }

  static async open(size: number): Promise<Arena> {
    const { leaf, ca } = await certificates();
    return new Arena(await Promise.all(Array.from({ length: size }, () => openStage({ leaf, ca }))));
  }

  /** In their order; `budgetMs` for each. */
  async perform(
    dialogues: readonly Dialogue[],
    budgetMs: (dialogue: Dialogue) => number,
  ): Promise<readonly (Outcome & { readonly dialogue: Dialogue })[]> {
    const idle = [...this.#stages];
    return concurrently(dialogues, idle.length, async (dialogue) => {
      const stage = idle.pop();
      if (!stage) throw new Error('expected a server for each worker');
      const outcome = await this.#perform(stage, dialogue, budgetMs(dialogue));
      idle.push(stage);
      return { ...outcome, dialogue };
    });
  }

  async #perform(stage: Stage, dialogue: Dialogue, budgetMs: number): Promise<Outcome> {
    const { host, port, ca, log } = stage.server;
    stage.dialogue = dialogue;
    // A connection before may still have something to say.
    const { connections } = log;
    const credential: Credential = {
      endpoint: { host, port, security: dialogue.security, ca },
      username: USERNAME,
      password: new Redacted(PASSWORD),
      ...(dialogue.authMethod && { authMethod: dialogue.authMethod }),
    };
    const began = performance.now();
    const evidence = await login(credential, budgetMs, this.#network);
    const tookMs = performance.now() - began;
    const wire = log.take().filter(({ connection }) => connection > connections);
    return { evidence, judgement: judge(evidence), truth: truthOf(wire), tookMs };
  }

  async close(): Promise<void> {
    await Promise.all(this.#stages.map(({ server }) => server.close()));
  }
}

async function openStage(presented: Parameters<typeof startScriptedServer>[1]): Promise<Stage> {
  const stage: { server?: ScriptedServer; dialogue: Dialogue | undefined } = { dialogue: undefined };
  const script = () => stage.dialogue?.steps ?? [];
  const server = await startScriptedServer(script, presented);
  return Object.assign(stage, { server });
}
